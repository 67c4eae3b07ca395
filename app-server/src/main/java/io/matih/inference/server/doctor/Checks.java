package io.matih.inference.server.doctor;

import io.matih.inference.server.doctor.ClauseResult.Verdict;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// Runs clauses one after the other. Whatever a server does, the next clause is asked.
final class Checks {
    private final String protocol;
    private final Consumer<ClauseResult> results;

    Checks(String protocol, Consumer<ClauseResult> results) {
        this.protocol = protocol;
        this.results = results;
    }

    /// One clause.
    interface Check {
        void run();
    }

    /// @param clause what the protocol promises
    void clause(String clause, Check check) {
        results.accept(result(clause, check));
    }

    private ClauseResult result(String clause, Check check) {
        try {
            check.run();
            return new ClauseResult(protocol, clause, Verdict.PASS, "");
        } catch (NotOfferedException e) {
            return new ClauseResult(protocol, clause, Verdict.NOT_OFFERED, message(e));
        } catch (BrokenClauseException e) {
            return new ClauseResult(protocol, clause, Verdict.FAIL, message(e));
        } catch (RuntimeException e) { // an answer that nobody would have thought of
            return new ClauseResult(
                    protocol,
                    clause,
                    Verdict.FAIL,
                    "the answer could not be understood: " + message(e));
        }
    }

    private static String message(RuntimeException e) {
        return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new BrokenClauseException(message);
        }
    }

    static void requireEqual(Object expected, Object actual, String what) {
        require(
                expected.equals(actual),
                "%s: expected %s, got %s".formatted(what, expected, actual));
    }

    /// @param extensions that the server lists
    static void requireExtension(List<String> extensions, String name) {
        if (!extensions.contains(name)) {
            throw new NotOfferedException("the server does not list the extension " + name);
        }
    }
}
