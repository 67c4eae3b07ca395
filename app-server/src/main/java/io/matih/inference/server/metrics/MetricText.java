package io.matih.inference.server.metrics;

import java.util.Map;

/// Prometheus' text form 0.0.4, line by line. A family without samples leaves no line.
final class MetricText {
    private final StringBuilder text = new StringBuilder();
    private String name = "";
    private String heading = "";

    void family(String familyName, String help, String type) {
        name = familyName;
        heading = "# HELP %s %s\n# TYPE %s %s\n".formatted(familyName, help, familyName, type);
    }

    void sample(Map<String, String> labels, long value) {
        line(labels).append(value).append('\n');
    }

    void sample(Map<String, String> labels, double value) {
        line(labels).append(value).append('\n');
    }

    private StringBuilder line(Map<String, String> labels) {
        text.append(heading).append(name);
        heading = "";
        char before = '{';
        for (var label : labels.entrySet()) {
            text.append(before).append(label.getKey()).append("=\"");
            text.append(label.getValue()).append('"');
            before = ',';
        }
        return text.append(labels.isEmpty() ? " " : "} ");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
