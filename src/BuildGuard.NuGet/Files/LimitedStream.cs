namespace BuildGuard.NuGet.Files;

/// <summary>A stream that refuses to give more than it promised: an archive's header lies about sizes when its maker wants it to.</summary>
internal sealed class LimitedStream(Stream inner, long limit) : Stream
{
    private long _given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">More than the limit was there to read.</exception>
    public override int Read(Span<byte> buffer)
    {
        var n = inner.Read(buffer);
        _given += n;
        return _given <= limit ? n : throw new InvalidDataException($"an entry inflates to more than {limit:N0} bytes");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
