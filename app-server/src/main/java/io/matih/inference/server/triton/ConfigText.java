package io.matih.inference.server.triton;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import com.google.protobuf.TextFormat.Parser.SingularOverwritePolicy;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.proto.ModelConfig;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `config.pbtxt`: a `ModelConfig` in protobuf's text form.
final class ConfigText {
    static final String FILE = "config.pbtxt";
    static final int MAX_BYTES = 1 << 20;

    private static final int MOST_COMPLAINTS = 8;
    private static final int LONGEST_COMPLAINT = 200;

    private static final TextFormat.Parser PARSER =
            TextFormat.Parser.newBuilder()
                    .setSingularOverwritePolicy(SingularOverwritePolicy.FORBID_SINGULAR_OVERWRITES)
                    .build();

    /// What the parser puts in front of each complaint: line and column.
    private static final Pattern PLACE = Pattern.compile("(\\d+):(\\d+):\\s*(.*)");

    private static final Pattern UNKNOWN = Pattern.compile("inference\\.(\\w+)\\.(\\w+)");

    private ConfigText() {}

    /// @throws ServingException `CONFIG_INVALID` that names line and column
    static ModelConfig read(byte[] bytes) {
        var config = ModelConfig.newBuilder();
        try {
            PARSER.merge(text(bytes), config);
        } catch (ParseException e) {
            throw refused(
                    String.valueOf(e.getMessage())
                            .lines()
                            .filter(line -> !line.endsWith("unknown fields and/or extensions:"))
                            .limit(MOST_COMPLAINTS)
                            .map(ConfigText::sentence)
                            .collect(Collectors.joining("; ")),
                    e);
        }
        return config.build();
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw refused("it is no UTF-8 text", e);
        }
    }

    private static String sentence(String line) {
        var place = PLACE.matcher(line);
        if (!place.matches()) {
            return plain(line);
        }
        var what = place.group(3);
        var unknown = UNKNOWN.matcher(what);
        return "line %s, column %s: %s"
                .formatted(
                        place.group(1),
                        place.group(2),
                        unknown.matches()
                                ? "%s has no field '%s'"
                                        .formatted(unknown.group(1), unknown.group(2))
                                : plain(what));
    }

    /// Whole sentences, which are longer than what is clipped elsewhere.
    private static String plain(String text) {
        var plain = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_COMPLAINT)
                .map(c -> Character.isISOControl(c) || isFormat(c) ? '\uFFFD' : c)
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }

    private static boolean isFormat(int character) {
        return Character.getType(character) == Character.FORMAT;
    }

    static ServingException refused(String message, @Nullable Exception cause) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                FILE + ": " + message,
                List.of(new ErrorDetail(FILE, null, null)),
                null,
                cause);
    }
}
