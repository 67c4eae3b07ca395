package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;

import java.util.Base64;
import java.util.List;

/// `BYTES`: a string, meant as UTF-8, or `{"b64":"…"}` for what is no text.
final class BytesReader implements ElementReader {
    static final String BASE64 = "b64";
    private static final String EXPECTED = "BYTES, a string or {\"b64\":\"…\"}";
    private static final List<String> FIELDS = List.of(BASE64);

    @Override
    public void read(JsonInput in, ElementBuffer target) {
        int start = target.size();
        target.putInt(0);
        if (in.token() == JsonToken.VALUE_STRING) {
            target.putBytes(in.utf8());
        } else if (in.token() == JsonToken.START_OBJECT) {
            target.putBytes(blob(in));
        } else {
            throw in.wrong(ErrorCode.INVALID_DTYPE, EXPECTED);
        }
        target.setInt(start, target.size() - start - Integer.BYTES);
    }

    private static byte[] blob(JsonInput in) {
        var fields = new ObjectFields(in, FIELDS, ErrorCode.INVALID_DTYPE);
        if (fields.next() == null) {
            throw in.wrong(ErrorCode.INVALID_DTYPE, EXPECTED);
        }
        var blob = decode(in);
        fields.next();
        return blob;
    }

    private static byte[] decode(JsonInput in) {
        var text = in.requireString(ErrorCode.INVALID_DTYPE, "a string in base64");
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            throw in.wrong(ErrorCode.INVALID_DTYPE, "a string in base64");
        }
    }
}
