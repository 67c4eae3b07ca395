package io.matih.inference.engine.model.store;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/// An object, or all objects below a prefix that ends with a slash.
///
/// @param key without a leading slash; empty for the whole bucket
record S3Location(String bucket, String key) {
    private static final String SCHEME = "s3://";
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final int MAX_KEY = 1024;

    /// Empty for what is no plain `s3://bucket[/key]`. Dot segments are refused: servers that keep
    /// objects as files resolve them, so that they would lead out of an allow-listed prefix.
    static Optional<S3Location> parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return Optional.empty();
        }
        var rest = uri.substring(SCHEME.length());
        var slash = rest.indexOf('/');
        var location =
                slash < 0
                        ? new S3Location(rest, "")
                        : new S3Location(rest.substring(0, slash), rest.substring(slash + 1));
        return location.isPlain() ? Optional.of(location) : Optional.empty();
    }

    private boolean isPlain() {
        return BUCKET.matcher(bucket).matches()
                && !bucket.contains("..")
                && key.length() <= MAX_KEY
                && key.chars().noneMatch(c -> Character.isISOControl(c) || c == '\\')
                && (key.isEmpty() || segmentsArePlain(folderAsFile()));
    }

    private static boolean segmentsArePlain(String key) {
        return Arrays.stream(key.split("/", -1))
                .noneMatch(s -> s.isEmpty() || s.equals(".") || s.equals(".."));
    }

    boolean isFolder() {
        return key.isEmpty() || key.endsWith("/");
    }

    /// Whether `other` lies in this bucket and below this prefix, with or without its last slash.
    boolean covers(S3Location other) {
        return bucket.equals(other.bucket)
                && (key.isEmpty() || other.key.startsWith(folderAsFile() + "/"));
    }

    /// The prefix that names of files beside this object, or below this folder, continue.
    String prefix() {
        return key.substring(0, key.lastIndexOf('/') + 1);
    }

    String lastName() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    private String folderAsFile() {
        return key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
    }

    @Override
    public String toString() {
        return SCHEME + bucket + "/" + key;
    }
}
