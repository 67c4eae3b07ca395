package io.matih.inference.server.inference;

/// What JSON consists of. Names and strings, numbers and the three literals are one token each.
public enum JsonToken {
    START_OBJECT,
    END_OBJECT,
    START_ARRAY,
    END_ARRAY,
    PROPERTY_NAME,
    VALUE_STRING,
    /// A number without fraction and exponent.
    VALUE_NUMBER_INT,
    VALUE_NUMBER_FLOAT,
    VALUE_TRUE,
    VALUE_FALSE,
    VALUE_NULL;

    boolean isStart() {
        return this == START_OBJECT || this == START_ARRAY;
    }
}
