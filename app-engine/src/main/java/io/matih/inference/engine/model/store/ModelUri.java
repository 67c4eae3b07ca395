package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A source's URI taken apart. Only the forms below exist: every other scheme is refused here, by
/// its text alone, so that no name is looked up and no packet sent.
sealed interface ModelUri {
    /// @param path absolute, or relative to a store root
    record InFolder(String path) implements ModelUri {}

    record InBucket(S3Location location) implements ModelUri {}

    record Uploaded(String id) implements ModelUri {}

    /// Two letters at least: one letter is a Windows drive.
    Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(.*)", Pattern.DOTALL);

    /// @throws ServingException `URL_NOT_ALLOWED`
    static ModelUri parse(String uri) {
        var parts = SCHEME.matcher(uri);
        if (!parts.matches()) {
            return new InFolder(uri);
        }
        return switch (parts.group(1)) {
            case "file" -> file(uri, parts.group(2));
            case "s3" -> new InBucket(S3Location.parse(uri).orElseThrow(() -> refused(uri)));
            case "upload" -> upload(uri, parts.group(2));
            default -> throw refused(uri);
        };
    }

    private static ModelUri file(String uri, String rest) {
        if (rest.startsWith("//") && !rest.startsWith("///")) {
            throw refused(uri); // file://host/share
        }
        try {
            // The decoder is made for forms, where a plus is a blank.
            var path = rest.startsWith("///") ? rest.substring(2) : rest;
            return new InFolder(
                    URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw refused(uri);
        }
    }

    private static ModelUri upload(String uri, String rest) {
        var id = rest.startsWith("//") ? rest.substring(2) : "";
        if (!Uploads.isId(id)) {
            throw refused(uri);
        }
        return new Uploaded(id);
    }

    private static ServingException refused(String uri) {
        return new ServingException(
                ErrorCode.URL_NOT_ALLOWED,
                ("source.uri '%s' is not one of file:path, a path below a store root,"
                                + " s3://bucket/key, upload://id")
                        .formatted(ServingException.clip(uri)));
    }
}
