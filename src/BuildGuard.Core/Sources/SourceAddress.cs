namespace BuildGuard.Core.Sources;

/// <summary>Addresses of package sources: feeds and folders. A source is its address; a name means something in one file only.</summary>
public static class SourceAddress
{
    /// <summary>Whether a text is the address of a feed, and not of a folder.</summary>
    public static bool IsFeed(string address) => Feed(address) is not null;

    /// <summary>
    /// The form in which addresses are compared. Of a feed: scheme and host without case, no default port, no user name or password, no slash at the end; path and query as they are.
    /// Of a folder: its full path.
    /// </summary>
    /// <param name="address">The address as a file writes it.</param>
    /// <param name="folder">Full path of the folder that a relative path starts from.</param>
    public static string Identity(string address, string folder)
    {
        if (Feed(address) is { } feed)
            return $"{feed.Scheme}://{feed.IdnHost.ToLowerInvariant()}{(feed.IsDefaultPort ? "" : $":{feed.Port}")}{feed.AbsolutePath.TrimEnd('/')}{feed.Query}";
        if (address.StartsWith("file:", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(address, UriKind.Absolute, out var file) && file.IsFile)
            address = file.LocalPath;
        return address.Contains('\0', StringComparison.Ordinal) ? address : Path.TrimEndingDirectorySeparator(Path.GetFullPath(address, folder));
    }

    /// <summary>An address fit to be shown: without user name, password and query, which may hold a token. Of one that cannot be taken apart only the beginning is.</summary>
    public static string Shown(string address)
    {
        if (Feed(address) is { } feed)
            return Printable.Of($"{feed.Scheme}://{feed.Authority}{feed.AbsolutePath}{(feed.Query.Length > 0 ? "?…" : "")}");
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        return Printable.Of(scheme < 0 || address.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? address : $"{address[..scheme]}://…");
    }

    /// <summary>Whether an address is one that a policy may hold: a feed without user name and password, or a path.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > 2000 || text.Any(char.IsControl) || string.IsNullOrWhiteSpace(text))
            return false;
        return Feed(text) is { } feed ? feed.UserInfo.Length == 0 && feed.Fragment.Length == 0 : !text.Contains("://", StringComparison.Ordinal);
    }

    private static Uri? Feed(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.Host.Length > 0 ? uri : null;
}
