package io.matih.inference.server.http;

/// What paths look like before anything is decoded.
final class Paths {
    private Paths() {}

    /// Whether someone else could read another path in it. Jetty refuses encoded dots, slashes and
    /// percent signs and empty segments; left are path parameters and dot segments, which it
    /// resolves silently.
    static boolean isAmbiguous(String path) {
        return path.indexOf(';') >= 0
                || path.contains("/./")
                || path.contains("/../")
                || path.endsWith("/.")
                || path.endsWith("/..");
    }
}
