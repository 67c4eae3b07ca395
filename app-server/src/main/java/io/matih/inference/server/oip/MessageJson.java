package io.matih.inference.server.oip;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.matih.inference.server.inference.JsonOutput;

import java.util.Base64;
import java.util.Collection;
import java.util.List;

/// The protocol's messages as JSON, the way Triton writes them: fields by their names in the
/// `.proto`, 64-bit integers as numbers, `bytes` in base64, every scalar, list and map also where
/// it is empty, and messages and members of a `oneof` only where they are set.
final class MessageJson {
    private static final int TYPICAL = 1024;

    private MessageJson() {}

    static byte[] write(Message message) {
        var out = new JsonOutput(TYPICAL);
        object(out, message);
        return out.toBytes();
    }

    static byte[] write(List<? extends Message> messages) {
        var out = new JsonOutput(TYPICAL).startArray();
        messages.forEach(message -> set(out, message));
        return out.endArray().toBytes();
    }

    /// Only what is set, for messages whose empty fields mean nothing.
    private static void set(JsonOutput out, Message message) {
        out.startObject();
        message.getAllFields().forEach((field, value) -> field(out, field, value));
        out.endObject();
    }

    private static void object(JsonOutput out, Message message) {
        out.startObject();
        for (var field : message.getDescriptorForType().getFields()) {
            if (!field.hasPresence() || message.hasField(field)) {
                field(out, field, message.getField(field));
            }
        }
        out.endObject();
    }

    private static void field(JsonOutput out, FieldDescriptor field, Object value) {
        out.name(field.getName());
        if (field.isMapField()) {
            map(out, field, (Collection<?>) value);
        } else if (field.isRepeated()) {
            out.startArray();
            ((Collection<?>) value).forEach(element -> value(out, field, element));
            out.endArray();
        } else {
            value(out, field, value);
        }
    }

    private static void map(JsonOutput out, FieldDescriptor field, Collection<?> entries) {
        var key = field.getMessageType().findFieldByName("key");
        var of = field.getMessageType().findFieldByName("value");
        out.startObject();
        for (var entry : entries) {
            var pair = (Message) entry;
            out.name(pair.getField(key).toString());
            value(out, of, pair.getField(of));
        }
        out.endObject();
    }

    private static void value(JsonOutput out, FieldDescriptor field, Object value) {
        switch (field.getJavaType()) {
            case MESSAGE -> object(out, (Message) value);
            case ENUM -> out.string(((EnumValueDescriptor) value).getName());
            case STRING -> out.string((String) value);
            case BYTE_STRING ->
                    out.string(Base64.getEncoder().encode(((ByteString) value).toByteArray()));
            case BOOLEAN -> out.bool((Boolean) value);
            case FLOAT -> out.number((Float) value);
            case DOUBLE -> out.number((Double) value);
            case INT, LONG -> integer(out, field, ((Number) value).longValue());
        }
    }

    private static void integer(JsonOutput out, FieldDescriptor field, long value) {
        switch (field.getType()) {
            case UINT32, FIXED32 -> out.number(value & 0xFFFF_FFFFL);
            case UINT64, FIXED64 -> out.unsigned(value);
            default -> out.number(value);
        }
    }
}
