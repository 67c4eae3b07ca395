package io.matih.inference.server.triton;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import com.google.protobuf.util.JsonFormat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A `ModelConfig` in JSON, as a load overrides it with.
public final class ConfigJson {
    private static final String FIELD = "parameters.config";
    private static final int LONGEST_COMPLAINT = 200;

    private final io.matih.inference.server.proto.ModelConfig message;

    private ConfigJson(io.matih.inference.server.proto.ModelConfig message) {
        this.message = message;
    }

    /// @param json fields by their names in the `.proto`, or in camel case; 64-bit integers as
    ///   numbers or strings
    /// @throws ServingException `CONFIG_INVALID`
    public static ConfigJson read(String json) {
        var config = io.matih.inference.server.proto.ModelConfig.newBuilder();
        try {
            JsonFormat.parser().merge(json, config);
        } catch (InvalidProtocolBufferException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "%s: %s".formatted(FIELD, plain(String.valueOf(e.getMessage()))),
                    List.of(new ErrorDetail(FIELD, "a ModelConfig in JSON", null)),
                    null,
                    e);
        }
        return new ConfigJson(config.build());
    }

    private static String plain(String text) {
        var line = text.lines().findFirst().orElse("");
        return line.codePoints()
                .limit(LONGEST_COMPLAINT)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// For a model that is deployed without its folder.
    ///
    /// @param labels names of classes by output
    /// @throws ServingException `CONFIG_INVALID`, `UNSUPPORTED`
    public ModelConfig toConfig(Map<String, List<String>> labels) {
        return ConfigFields.toConfig(message, labels);
    }

    /// What the file beside a model says the same with.
    public byte[] toFile() {
        return TextFormat.printer().printToString(message).getBytes(StandardCharsets.UTF_8);
    }

    /// The name of that file.
    public static String fileName() {
        return ConfigText.FILE;
    }
}
