package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.error.Nearest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Walks the fields of one JSON object, each of a known name and given at most once.
public final class ObjectFields {
    static final String TWICE = "a field given twice";

    private final JsonInput in;
    private final List<String> known;
    private final Unknown unknown;
    private final boolean[] seen;

    /// What an unknown field means.
    @FunctionalInterface
    public interface Unknown {
        /// @return absent where the field is passed over; its value is a string, a number, true,
        ///   false or null then
        @Nullable ServingException refuse(String path, String name);
    }

    /// @param in stands at the object
    /// @param known ASCII names
    /// @param code for a value that is no object, and for unknown fields
    public ObjectFields(JsonInput in, List<String> known, ErrorCode code) {
        this(in, known, code, (path, name) -> unknown(code, "field", path, name, known));
    }

    public ObjectFields(JsonInput in, List<String> known, ErrorCode code, Unknown unknown) {
        if (in.token() != JsonToken.START_OBJECT) {
            var failure = in.wrong(code, "an object");
            in.skip(); // nesting past the limit is the graver fault, and fails here
            throw failure;
        }
        this.in = in;
        this.known = known;
        this.unknown = unknown;
        this.seen = new boolean[known.size()];
    }

    /// Moves to the value of the next field that is not null.
    ///
    /// @return its name, absent behind the last one
    public @Nullable String next() {
        while (in.next() != JsonToken.END_OBJECT) {
            var name = name();
            in.next();
            if (name == null) {
                requireSimple();
            } else if (!in.isNull()) {
                return name;
            }
        }
        return null;
    }

    private void requireSimple() {
        if (in.token().isStart()) {
            throw in.wrong(ErrorCode.INVALID_PARAMETER, "a string, a number, true or false");
        }
    }

    /// Absent for one that is passed over.
    private @Nullable String name() {
        int index = indexOfPlain();
        if (index < 0) {
            var name = in.text();
            index = known.indexOf(name);
            if (index < 0) {
                var refusal = unknown.refuse(in.path(), name);
                if (refusal != null) {
                    throw refusal;
                }
                return null;
            }
        }
        if (seen[index]) {
            throw in.malformed(TWICE);
        }
        seen[index] = true;
        return known.get(index);
    }

    /// Nearly all names are known and plain; they need no string of their own.
    private int indexOfPlain() {
        for (int i = 0; i < known.size(); i++) {
            if (in.isPlain(known.get(i))) {
                return i;
            }
        }
        return -1;
    }

    static ServingException unknown(
            ErrorCode code, String what, String path, String name, List<String> known) {
        var suggestion = Nearest.suggestion(name, known);
        var allowed = String.join(", ", known);
        return new ServingException(
                code,
                "%s: unknown %s '%s'%s"
                        .formatted(
                                path,
                                what,
                                ServingException.clip(name),
                                suggestion.isEmpty() ? "; allowed: " + allowed : suggestion),
                new ErrorDetail(path, allowed, ServingException.clip(name)));
    }

    /// A field that has to be there is not.
    static ServingException missing(ErrorCode code, String holder, String name) {
        var path = holder.isEmpty() ? name : holder + "." + name;
        return new ServingException(
                code, "%s is missing".formatted(path), new ErrorDetail(path, name, null));
    }
}
