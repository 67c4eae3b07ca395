package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;
import io.matih.inference.server.doctor.ClauseResult;
import io.matih.inference.server.doctor.ClauseResult.Verdict;
import io.matih.inference.server.doctor.ProtocolDoctor;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// `matih doctor --protocol`: asks a server every clause of the Open Inference Protocol.
final class ProtocolCheck {
    private final Terminal terminal;
    private final boolean json;
    private final ProtocolDoctor doctor;
    private int asked;

    ProtocolCheck(
            Terminal terminal, boolean json, @Nullable String apiKey, @Nullable String model) {
        this.terminal = terminal;
        this.json = json;
        doctor = new ProtocolDoctor(apiKey, model, this::progress);
    }

    /// @param grpc `host:port`; absent: REST alone
    /// @return the exit code: failed where a clause does not hold
    int run(URI server, @Nullable String grpc) {
        doctor.rest(server);
        if (grpc != null) {
            doctor.grpc(grpc);
        }
        clearProgress();
        if (json) {
            terminal.printBody(asJson());
        } else {
            show(server, grpc);
        }
        return count(Verdict.FAIL) == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private void progress(ClauseResult result) {
        asked++;
        if (terminal.progress()) {
            terminal.err().print("\r\u001b[K%d  %s".formatted(asked, result.clause()));
            terminal.err().flush();
        }
    }

    private void clearProgress() {
        if (terminal.progress()) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
        }
    }

    private void show(URI server, @Nullable String grpc) {
        var facts = new Facts(terminal);
        facts.add("REST", server.toString());
        facts.add("gRPC", Objects.requireNonNullElse(grpc, "not asked; --grpc HOST:PORT does"));
        facts.add("model", Objects.requireNonNullElse(doctor.model(), ""));
        facts.print();
        for (var protocol : List.of("REST", "gRPC")) {
            show(doctor.results().stream().filter(r -> r.protocol().equals(protocol)).toList());
        }
        terminal.out().println();
        terminal.out()
                .println(
                        "%d pass, %s, %d not offered"
                                .formatted(
                                        count(Verdict.PASS),
                                        terminal.styled(
                                                count(Verdict.FAIL) == 0 ? Style.GOOD : Style.BAD,
                                                count(Verdict.FAIL) + " fail"),
                                        count(Verdict.NOT_OFFERED)));
    }

    private void show(List<ClauseResult> results) {
        if (results.isEmpty()) {
            return;
        }
        terminal.out().println();
        var table =
                Table.of(
                        Column.text(results.getFirst().protocol()),
                        Column.text("CLAUSE"),
                        Column.text("WHY NOT"));
        for (var result : results) {
            table.add(
                    new Cell(result.verdict().word(), style(result.verdict())),
                    Cell.of(result.clause()),
                    Cell.of(result.reason()));
        }
        table.print(terminal);
    }

    private static Style style(Verdict verdict) {
        return switch (verdict) {
            case PASS -> Style.GOOD;
            case FAIL -> Style.BAD;
            case NOT_OFFERED -> Style.FAINT;
        };
    }

    private long count(Verdict verdict) {
        return doctor.results().stream().filter(r -> r.verdict() == verdict).count();
    }

    private String asJson() {
        var root = JsonArgument.JSON.createObjectNode();
        root.put("model", doctor.model());
        for (var verdict : Verdict.values()) {
            root.put(verdict.name().toLowerCase(Locale.ROOT), count(verdict));
        }
        var clauses = root.putArray("clauses");
        for (var result : doctor.results()) {
            clauses.addObject()
                    .put("protocol", result.protocol())
                    .put("clause", result.clause())
                    .put("verdict", result.verdict().name().toLowerCase(Locale.ROOT))
                    .put("reason", result.reason());
        }
        return JsonArgument.JSON.writeValueAsString(root);
    }
}
