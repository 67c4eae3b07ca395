package io.matih.inference.server.http;

import java.util.Locale;

/// The media types that are read and written.
public final class MediaType {
    public static final String JSON = "application/json";
    public static final String OCTET_STREAM = "application/octet-stream";
    public static final String ZIP = "application/zip";
    public static final String TEXT = "text/plain";
    public static final String HTML = "text/html";
    public static final String JAVASCRIPT = "text/javascript";
    public static final String CSS = "text/css";
    public static final String SVG = "image/svg+xml";
    public static final String EVENT_STREAM = "text/event-stream";

    private MediaType() {}

    /// The type alone, lower case, without parameters.
    static String essence(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
