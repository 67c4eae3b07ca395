package io.matih.inference.server.cli;

import java.util.ArrayList;
import java.util.List;

/// What is known about one thing: a name and a value a line. Nothing is clipped, empty values are
/// left out.
final class Facts {
    private final Terminal terminal;
    private final List<Fact> facts = new ArrayList<>();

    private record Fact(String name, String value, Style style) {}

    Facts(Terminal terminal) {
        this.terminal = terminal;
    }

    void add(String name, String value) {
        add(name, value, Style.PLAIN);
    }

    void add(String name, String value, Style style) {
        if (!value.isEmpty()) {
            facts.add(new Fact(name, Printable.line(value), style));
        }
    }

    void print() {
        int width = facts.stream().mapToInt(fact -> fact.name().length()).max().orElse(0);
        for (var fact : facts) {
            terminal.out()
                    .println(
                            fact.name()
                                    + " ".repeat(width - fact.name().length() + 2)
                                    + terminal.styled(fact.style(), fact.value()));
        }
    }
}
