package io.matih.inference.server.triton;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.proto.ModelVersionPolicy;

import org.jspecify.annotations.Nullable;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Which of a folder's versions is served. One name serves one version here, so a policy that asks
/// for several that are there is refused: requests for the others would find nothing.
final class VersionChoice {
    private VersionChoice() {}

    /// @param there never empty
    /// @param wanted by the operator
    static int of(ModelVersionPolicy policy, SortedSet<Integer> there, @Nullable Integer wanted) {
        if (wanted != null) {
            return byOperator(there, wanted);
        }
        var asked =
                switch (policy.getPolicyChoiceCase()) {
                    case ALL -> there;
                    case SPECIFIC -> specific(policy.getSpecific(), there);
                    case LATEST -> latest(policy.getLatest().getNumVersions(), there);
                    case POLICYCHOICE_NOT_SET -> latest(1, there);
                };
        if (asked.size() > 1) {
            throw FieldReview.refused(
                    "version_policy for several versions (%s)".formatted(list(asked)),
                    "a name serves one version at a time; give 'version' to choose one");
        }
        return asked.first();
    }

    /// Where there is but one, the number is what the operator wants to call it.
    private static int byOperator(SortedSet<Integer> there, int wanted) {
        if (there.contains(wanted)) {
            return wanted;
        }
        if (there.size() == 1) {
            return there.first();
        }
        throw new ServingException(
                ErrorCode.CONFIG_INVALID,
                "version %d is not in the model's folder; there are %s"
                        .formatted(wanted, list(there)),
                new ErrorDetail("version", list(there), Integer.toString(wanted)));
    }

    private static SortedSet<Integer> specific(
            ModelVersionPolicy.Specific specific, SortedSet<Integer> there) {
        var asked = new TreeSet<Integer>();
        for (long version : specific.getVersionsList()) {
            if (version != (int) version || !there.contains((int) version)) {
                throw ConfigText.refused(
                        "version_policy.specific asks for version %d; in the folder are %s"
                                .formatted(version, list(there)),
                        null);
            }
            asked.add((int) version);
        }
        return asked.isEmpty() ? latest(1, there) : asked;
    }

    private static SortedSet<Integer> latest(int count, SortedSet<Integer> there) {
        var asked = new TreeSet<Integer>();
        there.reversed().stream().limit(Math.max(1, count & 0xFFFF_FFFFL)).forEach(asked::add);
        return asked;
    }

    private static String list(SortedSet<Integer> versions) {
        return versions.stream().limit(16).map(Object::toString).collect(Collectors.joining(", "));
    }
}
