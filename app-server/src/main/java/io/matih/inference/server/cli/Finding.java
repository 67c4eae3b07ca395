package io.matih.inference.server.cli;

import java.util.List;

/// What `matih doctor` found out about one thing.
///
/// @param advice what to do; empty where nothing is wrong
record Finding(Health health, String subject, String text, String advice) {
    /// How much it matters.
    enum Health {
        OK("ok", Style.GOOD),
        NOTE("note", Style.BUSY),
        BROKEN("BROKEN", Style.BAD);

        private final String word;
        private final Style style;

        Health(String word, Style style) {
            this.word = word;
            this.style = style;
        }

        String word() {
            return word;
        }
    }

    static Finding ok(String subject, String text) {
        return new Finding(Health.OK, subject, text, "");
    }

    static Finding note(String subject, String text, String advice) {
        return new Finding(Health.NOTE, subject, text, advice);
    }

    static Finding broken(String subject, String text, String advice) {
        return new Finding(Health.BROKEN, subject, text, advice);
    }

    static void print(List<Finding> findings, Terminal terminal) {
        int width = findings.stream().mapToInt(f -> f.subject().length()).max().orElse(0);
        for (var finding : findings) {
            var word = finding.health().word;
            terminal.out()
                    .println(
                            terminal.styled(finding.health().style, word)
                                    + " ".repeat(8 - word.length())
                                    + finding.subject()
                                    + " ".repeat(width + 2 - finding.subject().length())
                                    + Printable.line(finding.text()));
            if (!finding.advice().isEmpty()) {
                terminal.out().println(" ".repeat(width + 10) + Printable.line(finding.advice()));
            }
        }
    }
}
