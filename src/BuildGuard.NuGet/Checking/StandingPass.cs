using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BuildGuard.NuGet.Files;
using BuildGuard.NuGet.Gate;

namespace BuildGuard.NuGet.Checking;

/// <summary>A warning of a check that passed, as it was shown.</summary>
/// <param name="Code">BG code.</param>
/// <param name="Text">The whole text.</param>
/// <param name="File">File.</param>
/// <param name="Line">Line, from 1; 0 where there is none.</param>
/// <param name="Column">Column, from 1; 0 where there is none.</param>
/// <param name="Once">The same in every check of a build that shows the same.</param>
public sealed record StandingWarning(string Code, string Text, string File, int Line, int Column, string Once);

/// <summary>
/// A pass that still stands: the same question was answered today by the same tool, and each file, folder and empty place that the check looked at is as it was then, by strong stat; what it
/// wrote for the gate is there, by content. Then the rules, which are pure functions of these and of the day, would say the same, and a build need not wait for them. Nothing else than a pass is kept.
/// </summary>
/// <param name="Summary">The line that said what the check looked at.</param>
/// <param name="Warnings">What it warned of.</param>
/// <param name="Gate">What it wrote for builds; null where there is no gate.</param>
public sealed record StandingPass(string Summary, ImmutableArray<StandingWarning> Warnings, OpenGate? Gate)
{
    private const int FormatVersion = 5;
    private const int MaxEntryBytes = 64 * 1024 * 1024;
    private const int StateBytes = 48;
    private const int MaxEntries = 100;
    private const long MaxBytes = 128L * 1024 * 1024;

    // A file that changed within the clock's last tick could change again without its stat changing.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Variables that differ in every run and that no check reads.</summary>
    private static readonly string[] Passing = ["_", "OLDPWD", "SHLVL", "DOTNET_CLI_TELEMETRY_SESSIONID", "MSBUILD_TELEMETRY_SESSIONID"];

    /// <summary>Starts to note what a check looks at, for <see cref="Keep"/>.</summary>
    public static void Record() => Inputs.Record();

    /// <summary>Ends the noting, kept or not.</summary>
    public static void Forget() => Inputs.Stop();

    /// <summary>The name of a question: what is asked, by which build of the tool, in which environment.</summary>
    /// <param name="asked">All that the caller is told, in an order of its own.</param>
    public static string KeyOf(params IEnumerable<string?> asked)
    {
        var text = new StringBuilder();
        void Add(string? part) => text.Append(part is null ? -1 : part.Length).Append(':').Append(part).Append('|');
        Add(typeof(StandingPass).Module.ModuleVersionId.ToString("N"));
        Add(typeof(Core.CheckResult).Module.ModuleVersionId.ToString("N"));
        Add(typeof(StandingPass).Assembly.Location);
        Add(typeof(object).Assembly.Location);
        Add(AppContext.BaseDirectory);
        Add(Environment.ProcessPath);
        Add(Environment.CurrentDirectory);
        foreach (var part in asked)
            Add(part);
        // A loop, because a query over these would be compiled anew in every build.
        var variables = new List<string>();
        for (var e = Environment.GetEnvironmentVariables().GetEnumerator(); e.MoveNext();)
        {
            if (!Passing.Contains((string)e.Key))
                variables.Add($"{(string)e.Key}={(string?)e.Value}");
        }
        variables.Sort(StringComparer.Ordinal);
        foreach (var variable in variables)
            Add(variable);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>A pass that stands; null where there is none.</summary>
    /// <param name="key">The question.</param>
    /// <param name="today">The day of the check, UTC.</param>
    public static StandingPass? Find(string key, DateOnly today) => Entries()?.Load<StandingPass>(key, stream =>
    {
        using var reader = new BinaryReader(stream);
        if (reader.ReadInt32() != today.DayNumber || new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero) > DateTimeOffset.UtcNow)
            return null;
        var summary = reader.ReadString();
        var gate = reader.ReadBoolean() ? new OpenGate(reader.ReadString(), reader.ReadString(), reader.ReadString()) : null;
        var warnings = new StandingWarning[reader.ReadInt32()];
        for (var i = 0; i < warnings.Length; i++)
            warnings[i] = new(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadString());
        var outputs = new string[reader.ReadInt32()];
        for (var i = 0; i < outputs.Length; i++)
        {
            var path = outputs[i] = reader.ReadString();
            if (HashOf(path) is not { } hash || !reader.ReadBytes(hash.Length).AsSpan().SequenceEqual(hash))
                return null;
        }
        // What a link shows here may be something else for whoever reads it next.
        if (gate is not null && !GateFiles.ArePlain(outputs))
            gate = gate with { Stamps = "" };
        return Stands(reader.ReadBytes(reader.ReadInt32())) ? new(summary, [.. warnings], gate) : null;
    });

    /// <summary>Keeps a pass, if everything that its check looked at since <see cref="Record"/> has had one state all the time. Stops the recording.</summary>
    /// <param name="key">The question.</param>
    /// <param name="today">The day of the check, UTC.</param>
    /// <param name="outputs">Full paths of the files that the check wrote for builds to read.</param>
    public void Keep(string key, DateOnly today, IEnumerable<string> outputs)
    {
        var inputs = Inputs.Stop();
        if (inputs?.Seen is not { } seen || Entries() is not { } entries)
            return;
        var written = outputs.Distinct().Order(StringComparer.Ordinal).Select(p => (Path: p, Hash: HashOf(p))).ToList();
        var states = new List<(string Path, Look Look, StrongStat? Stat)>();
        foreach (var (path, look, exists) in seen)
        {
            var stat = StrongStat.Ask(path, look != Look.Link);
            var isContent = (look & ~Look.Kind) != 0;
            if (stat is not null != exists || (isContent && stat is { } s && s.Changed > (inputs.Started - Tick).ToUnixTimeMilliseconds() * 1_000_000))
                return;
            states.Add((path, isContent ? look & ~Look.Kind : look, stat));
        }
        if (written.Any(w => w.Hash is null))
            return;
        entries.Save(key, writer =>
        {
            writer.Write(today.DayNumber);
            writer.Write(inputs.Started.UtcTicks);
            writer.Write(Summary);
            writer.Write(Gate is not null);
            foreach (var part in Gate is { } gate ? (string[])[gate.PackageList, gate.Stamps, gate.Network] : [])
                writer.Write(part);
            writer.Write(Warnings.Length);
            foreach (var w in Warnings)
            {
                writer.Write(w.Code);
                writer.Write(w.Text);
                writer.Write(w.File);
                writer.Write(w.Line);
                writer.Write(w.Column);
                writer.Write(w.Once);
            }
            writer.Write(written.Count);
            foreach (var (path, hash) in written)
            {
                writer.Write(path);
                writer.Write(hash!);
            }
            var bytes = new MemoryStream();
            Span<byte> state = stackalloc byte[StateBytes];
            foreach (var (path, look, stat) in states)
            {
                Describe(state, look, stat);
                bytes.Write(state);
                bytes.Write(Encoding.UTF8.GetBytes(path));
                bytes.WriteByte(0);
            }
            writer.Write((int)bytes.Length);
            writer.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        });
        entries.Trim(MaxEntries, MaxBytes);
    }

    private static UserCache? Entries() => UserCache.Open($"passes-{FormatVersion}", MaxEntryBytes);

    /// <summary>Whether each path is as it is described: <see cref="Describe"/>, then the path in UTF-8 and a NUL.</summary>
    private static unsafe bool Stands(ReadOnlySpan<byte> states)
    {
        Span<byte> now = stackalloc byte[StateBytes];
        fixed (byte* start = states)
        {
            for (var at = 0; at < states.Length;)
            {
                var then = states.Slice(at, StateBytes);
                at += StateBytes;
                var length = states[at..].IndexOf((byte)0);
                if (length < 0)
                    return false;
                var look = (Look)then[0];
                Describe(now, look, StrongStat.Ask(start + at, look != Look.Link));
                if (!now.SequenceEqual(then))
                    return false;
                at += length + 1;
            }
        }
        return true;
    }

    /// <summary>Writes how a path was looked at and what was seen of it.</summary>
    private static void Describe(Span<byte> to, Look look, StrongStat? seen)
    {
        to.Clear();
        to[0] = (byte)look;
        if (seen is not { } stat)
            return;
        to[1] = 1;
        if (look == Look.Kind)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to[2..], stat.Kind);
            return;
        }
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], stat.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], stat.Owner);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], stat.Device);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], stat.Inode);
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], stat.Size);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], stat.Modified);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], stat.Changed);
    }

    private static byte[]? HashOf(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return SHA256.HashData(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
