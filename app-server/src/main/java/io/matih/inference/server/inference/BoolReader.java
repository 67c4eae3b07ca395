package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;

/// `true` and `false`, nothing else.
final class BoolReader implements ElementReader {
    @Override
    public void read(JsonInput in, ElementBuffer target) {
        switch (in.token()) {
            case JsonToken.VALUE_TRUE -> target.putByte((byte) 1);
            case JsonToken.VALUE_FALSE -> target.putByte((byte) 0);
            default -> throw in.wrong(ErrorCode.INVALID_DTYPE, "BOOL, true or false");
        }
    }
}
