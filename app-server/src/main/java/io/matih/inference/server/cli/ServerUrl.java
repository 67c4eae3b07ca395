package io.matih.inference.server.cli;

import java.net.URI;
import java.net.URISyntaxException;

/// Reads a server's address as people write it: a URL, or `host:port` alone.
final class ServerUrl {
    private ServerUrl() {}

    /// @param origin the option or variable, for the message
    static URI of(String text, String origin) {
        try {
            var url = new URI(text.contains("://") ? text : "http://" + text);
            if (url.getHost() != null
                    && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getRawUserInfo() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw wrong(text, origin);
        }
        throw wrong(text, origin);
    }

    private static UsageException wrong(String text, String origin) {
        return new UsageException(
                "%s is '%s': expected a URL such as http://127.0.0.1:8080".formatted(origin, text));
    }
}
