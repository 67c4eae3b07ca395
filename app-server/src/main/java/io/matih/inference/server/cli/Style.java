package io.matih.inference.server.cli;

/// How a text stands out on a terminal that shows colours.
enum Style {
    PLAIN(""),
    STRONG("1"),
    FAINT("2"),
    GOOD("32"),
    BUSY("33"),
    BAD("31");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    String apply(String text, boolean colours) {
        return !colours || code.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }

    /// By the verdict on a shadow (`pass`, `fail`, `insufficient`).
    static Style ofVerdict(String verdict) {
        return switch (verdict) {
            case "pass", "PASS" -> GOOD;
            case "fail", "FAIL" -> BAD;
            default -> BUSY;
        };
    }

    /// By the state of a deployment (`READY`, `LOADING`, …).
    static Style ofState(String state) {
        return switch (state) {
            case "READY", "UNLOADED" -> GOOD;
            case "LOADING", "UNLOADING", "EVICTED", "DEGRADED" -> BUSY;
            case "UNAVAILABLE", "FAILED" -> BAD;
            default -> PLAIN;
        };
    }
}
