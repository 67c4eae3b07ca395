package io.matih.inference.engine.deployment;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// One change of a deployment, and all that a return to it takes.
///
/// @param version the stable version since; absent after an undeploy
/// @param digest its artifact; absent after an undeploy
/// @param variants what was deployed since; empty after an undeploy, and where it was not kept yet
/// @param actor who asked for it: `local`, or a key's name
/// @param reason in the operator's words
public record Revision(
        String deployment,
        long number,
        Action action,
        @Nullable Integer version,
        @Nullable String digest,
        List<Variant> variants,
        String actor,
        @Nullable String reason,
        Instant at) {
    public Revision {
        variants = List.copyOf(variants);
    }

    /// What was done.
    public enum Action {
        /// A version was brought in.
        DEPLOY,
        /// Requests were shared out anew.
        TRAFFIC,
        /// A canary became the stable version.
        PROMOTE,
        /// An earlier version came back, or a canary went.
        ROLLBACK,
        /// A canary was taken away.
        WITHDRAW,
        /// Nothing serves under the name any more.
        UNDEPLOY
    }
}
