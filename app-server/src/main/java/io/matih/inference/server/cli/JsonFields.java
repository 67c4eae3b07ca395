package io.matih.inference.server.cli;

import tools.jackson.databind.JsonNode;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Fields of an answer as a table shows them. A field that is absent, null or of another type is an
/// empty text: a newer or older server must not break the table.
final class JsonFields {
    private JsonFields() {}

    static String text(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> node.stringValue();
            case NUMBER -> number(node);
            case BOOLEAN -> Boolean.toString(node.booleanValue());
            case MISSING, NULL -> "";
            case ARRAY, OBJECT, BINARY, POJO -> node.toString();
        };
    }

    static String number(JsonNode node) {
        if (!node.isNumber()) {
            return text(node);
        }
        return node.isIntegralNumber()
                ? node.bigIntegerValue().toString()
                : HumanUnits.number(node.decimalValue());
    }

    static String bytes(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong()
                ? HumanUnits.bytes(node.longValue())
                : "";
    }

    static String millis(JsonNode node) {
        return node.isNumber() ? HumanUnits.millis(node.doubleValue()) : "";
    }

    static String percent(JsonNode fraction) {
        return fraction.isNumber()
                ? HumanUnits.number(fraction.decimalValue().movePointRight(2)) + " %"
                : "";
    }

    static String ago(JsonNode instant, Clock clock) {
        if (!instant.isString()) {
            return "";
        }
        try {
            return HumanUnits.ago(
                    Duration.between(Instant.parse(instant.stringValue()), clock.instant()));
        } catch (DateTimeParseException e) {
            return instant.stringValue();
        }
    }
}
