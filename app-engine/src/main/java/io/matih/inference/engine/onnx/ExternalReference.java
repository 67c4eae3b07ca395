package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.OnnxModel.OnnxTensor;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where a tensor's values lie outside the model file, read from its `external_data`.
///
/// @param tensor as messages name it
/// @param location plain relative path, segments joined by `/`
/// @param offset of the first byte
/// @param length bytes that the file claims; absent: as many as the shape takes
record ExternalReference(
        String tensor, String location, long offset, @Nullable Long length, long byteCount) {
    /// A drive, a URL or a stream begins with something and a colon; a wildcard stands for data in
    /// memory; a backslash separates elsewhere.
    private static final Pattern UNSAFE = Pattern.compile("[\\\\:*?\"<>|\\p{Cntrl}]");

    private static final int MAX_LOCATION = 1_024;

    /// Checks the location even of a tensor that is not marked external: nothing but an attack has
    /// one there.
    ///
    /// @return empty for a tensor whose values are in the model file
    static Optional<ExternalReference> of(OnnxTensor tensor) {
        var entries = new HashMap<String, String>();
        for (var entry : tensor.externalData()) {
            if (entry.getKey().equals("location")) {
                requireSafe(tensor.label(), entry.getValue());
            }
            if (entries.put(entry.getKey(), entry.getValue()) != null) {
                throw Refusal.invalid(
                        "tensor '%s' gives external_data.%s twice"
                                .formatted(tensor.label(), Refusal.clip(entry.getKey())));
            }
        }
        if (!tensor.external()) {
            return Optional.empty();
        }
        var location = entries.remove("location");
        if (location == null) {
            throw Refusal.invalid(
                    "tensor '%s' is external but names no location".formatted(tensor.label()));
        }
        Long offset = number(tensor, "offset", entries.remove("offset"));
        Long length = number(tensor, "length", entries.remove("length"));
        entries.remove("checksum");
        if (!entries.isEmpty()) {
            throw Refusal.invalid(
                    "tensor '%s' has the unknown external_data entry '%s'"
                            .formatted(
                                    tensor.label(),
                                    Refusal.clip(entries.keySet().iterator().next())));
        }
        return Optional.of(
                new ExternalReference(
                        tensor.label(),
                        location,
                        offset == null ? 0 : offset,
                        length,
                        StoredTensors.byteCount(tensor)));
    }

    private static void requireSafe(String tensor, String location) {
        boolean safe =
                !location.isBlank()
                        && location.length() <= MAX_LOCATION
                        && !UNSAFE.matcher(location).find();
        for (var segment : location.split("/", -1)) {
            safe &= !segment.isBlank() && !segment.equals(".") && !segment.equals("..");
        }
        if (!safe) {
            throw Refusal.forbidden(
                    "tensor '%s' has its data at '%s'; only a plain file name or relative path in"
                                    .formatted(tensor, Refusal.clip(location))
                            + " the model's own folder is allowed");
        }
    }

    private static @Nullable Long number(OnnxTensor tensor, String key, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException e) {
            // Too large for a long, and so for any file.
        }
        throw Refusal.invalid(
                "tensor '%s' has external_data.%s '%s', which is no size in bytes"
                        .formatted(tensor.label(), key, Refusal.clip(text)));
    }
}
