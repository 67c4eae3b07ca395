package io.matih.inference.server.cli;

import io.matih.inference.server.client.ClientException;

import java.util.ArrayList;
import java.util.Optional;

/// Tells people what went wrong: one `error:` line with code and request id, the fields that are
/// wrong, and what to do next.
final class ErrorReport {
    private ErrorReport() {}

    static void print(ClientException failure, Terminal terminal) {
        var about = new ArrayList<String>();
        if (failure.status() != 0) {
            about.add(failure.code());
        }
        if (failure.requestId() != null) {
            about.add("request " + failure.requestId());
        }
        var message =
                failure.getMessage()
                        + (about.isEmpty() ? "" : " (" + String.join(", ", about) + ")");
        error(message, terminal);
        failure.details().stream()
                .filter(detail -> detail.expected() != null || detail.actual() != null)
                .map(ErrorReport::detail)
                .forEach(d -> indented(d, terminal));
        hint(failure).ifPresent(hint -> terminal.err().println("hint: " + hint));
    }

    static void error(String message, Terminal terminal) {
        var word = Style.BAD.apply("error:", terminal.colours() && terminal.progress());
        terminal.err().println(word + " " + Printable.line(message));
    }

    private static void indented(String text, Terminal terminal) {
        terminal.err().println("  " + Printable.line(text));
    }

    private static String detail(ClientException.Detail detail) {
        var text = new StringBuilder(detail.field());
        if (detail.expected() != null) {
            text.append(": expected ").append(detail.expected());
        }
        if (detail.actual() != null) {
            text.append(detail.expected() == null ? ": got " : ", got ").append(detail.actual());
        }
        return text.toString();
    }

    /// What usually helps, by the code; nothing where the message says it all.
    private static Optional<String> hint(ClientException failure) {
        var hint =
                switch (failure.code()) {
                    case "MODEL_NOT_FOUND" -> "`matih deployments` lists what is deployed";
                    case "CONFLICT" ->
                            "`matih deploy --replace` puts a new version in the old one's place";
                    case "IN_USE" -> "undeploy what uses it first, or add --force";
                    case "MODEL_NOT_READY", "QUEUE_FULL", "OVERLOADED", "SHUTTING_DOWN" ->
                            again(failure);
                    case "PATH_NOT_ALLOWED" ->
                            "the server reads below its store.roots only; a local path without file: is uploaded";
                    case "FORMAT_NOT_SUPPORTED" -> "`matih deploy --format` says what the file is";
                    case "MODEL_TOO_LARGE" -> "the server's limits.max_model_bytes can be raised";
                    case "BODY_TOO_LARGE" ->
                            "the server's limits.max_body_bytes and limits.max_predict_body_bytes can be raised";
                    case "HOST_NOT_ALLOWED" -> "add the name to the server's http.allowed_hosts";
                    case "UNAUTHENTICATED" -> "give a key by MATIH_API_KEY or --api-key";
                    case "INTERNAL" -> "the server's log has more under this request id";
                    case "BAD_ANSWER" -> "is a MATIH server listening there? See --server";
                    default -> "";
                };
        return Optional.of(hint).filter(text -> !text.isEmpty());
    }

    private static String again(ClientException failure) {
        var after = failure.retryAfterMillis();
        return after == null ? "try again" : "try again in " + HumanUnits.millis(after);
    }
}
