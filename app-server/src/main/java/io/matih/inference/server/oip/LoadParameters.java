package io.matih.inference.server.oip;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.engine.model.store.Uploads.Upload;
import io.matih.inference.server.http.MediaType;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What a load may override: the model's configuration, and with it the model's files (model
/// repository extension). Files are on the disk until it is closed. One thread.
public final class LoadParameters implements AutoCloseable {
    /// Triton's ModelConfig in JSON.
    public static final String CONFIG = "config";

    private static final Pattern PLACE = Pattern.compile("file:([1-9][0-9]{0,8})/(.+)");
    private static final String EXPECTED = "config, file:VERSION/NAME";

    private final Uploads uploads;
    private final Map<Integer, Map<String, Upload>> files = new TreeMap<>();
    private @Nullable String config;

    public LoadParameters(Uploads uploads) {
        this.uploads = uploads;
    }

    /// Whether a parameter holds a file.
    ///
    /// @throws ServingException `INVALID_PARAMETER` for one of another name than there are
    public static boolean isFile(String name) {
        if (name.equals(CONFIG)) {
            return false;
        }
        if (!PLACE.matcher(name).matches()) {
            throw wrong(name, EXPECTED, name);
        }
        return true;
    }

    public void config(String json) {
        config = json;
    }

    /// @param name `file:VERSION/NAME`
    /// @param content written to the disk at once
    /// @throws ServingException `MODEL_TOO_LARGE`, `MODEL_INVALID` for an empty file,
    ///   `STORAGE_FAILED`
    public void file(String name, Uploads.Body content) {
        var place = PLACE.matcher(name);
        if (!place.matches()) {
            throw wrong(name, EXPECTED, name);
        }
        files.computeIfAbsent(Integer.valueOf(place.group(1)), _ -> new TreeMap<>())
                .put(place.group(2), uploads.save(content, MediaType.OCTET_STREAM));
    }

    @Nullable String config() {
        return config;
    }

    /// By version and name; with several versions the highest is served, as Triton's default policy
    /// has it.
    ///
    /// @throws ServingException `INVALID_PARAMETER` for files without a configuration
    Map<Integer, Map<String, Upload>> files() {
        if (!files.isEmpty() && config == null) {
            throw wrong(CONFIG, "the configuration that the files go with", "none");
        }
        return files;
    }

    @Override
    public void close() {
        files.values().forEach(version -> version.values().forEach(uploads::remove));
    }

    private static ServingException wrong(String name, String expected, String actual) {
        var field = "parameters." + ServingException.clip(name);
        return new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "%s: expected %s, got %s".formatted(field, expected, ServingException.clip(actual)),
                new ErrorDetail(field, expected, ServingException.clip(actual)));
    }
}
