package io.matih.inference.server.doctor;

/// How a server did on one clause.
///
/// @param protocol `REST` or `gRPC`
/// @param clause what the protocol promises, as a sentence
/// @param reason why not; empty where it passed
public record ClauseResult(String protocol, String clause, Verdict verdict, String reason) {
    /// What a clause came to.
    public enum Verdict {
        PASS("pass"),
        FAIL("FAIL"),
        NOT_OFFERED("not offered");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
