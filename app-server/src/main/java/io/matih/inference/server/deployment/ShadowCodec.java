package io.matih.inference.server.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.shadow.Gate;
import io.matih.inference.engine.shadow.OutputRule;
import io.matih.inference.engine.shadow.OutputRule.Comparator;
import io.matih.inference.engine.shadow.ShadowPolicy;
import io.matih.inference.server.api.DeployRequest;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// `traffic` of a shadow: from the wire to what the engine is asked for.
final class ShadowCodec {
    private static final int ALL = 100;
    private static final long MOST_SAMPLES = 1_000_000_000_000L;
    private static final double GREATEST = 1e12;
    private static final int MOST_NAMES = 256;
    private static final String COMPARATORS =
            Arrays.stream(Comparator.values())
                    .map(ShadowCodec::name)
                    .collect(Collectors.joining(", "));

    private ShadowCodec() {}

    static ShadowPolicy toPolicy(DeployRequest.Traffic traffic) {
        var percent = traffic.percent();
        if (percent != null) {
            within("traffic.percent", percent, 1, ALL);
        }
        var redacted = Objects.requireNonNullElse(traffic.redact(), List.<String>of());
        within("traffic.redact", redacted.size(), 0, MOST_NAMES);
        return new ShadowPolicy(
                percent == null ? ALL : percent,
                traffic.gate() == null ? Gate.DEFAULT : gate(traffic.gate()),
                rules(Objects.requireNonNullElse(traffic.comparators(), Map.of())),
                Set.copyOf(redacted),
                false);
    }

    private static Gate gate(DeployRequest.ShadowGate gate) {
        var usual = Gate.DEFAULT;
        var field = "traffic.gate.";
        return new Gate(
                whole(
                        field + "min_samples",
                        gate.minSamples(),
                        1,
                        MOST_SAMPLES,
                        usual.minSamples()),
                number(field + "min_agreement", gate.minAgreement(), 0, 1, usual.minAgreement()),
                number(
                        field + "max_p99_ratio",
                        gate.maxP99Ratio(),
                        0,
                        GREATEST,
                        usual.maxP99Ratio()),
                number(
                        field + "p99_slack_ms",
                        gate.p99SlackMs(),
                        0,
                        GREATEST,
                        usual.p99SlackMillis()),
                seconds(field + "duration_s", gate.durationS(), 1, usual.duration()),
                promotes(gate.promote()),
                seconds(
                        field + "rollback_window_s",
                        gate.rollbackWindowS(),
                        0,
                        usual.rollbackWindow()));
    }

    private static Duration seconds(
            String field, @Nullable Long value, long least, Duration usual) {
        return Duration.ofSeconds(
                whole(field, value, least, Gate.LONGEST.toSeconds(), usual.toSeconds()));
    }

    private static boolean promotes(@Nullable String promote) {
        return switch (promote) {
            case null -> false;
            case "manual" -> false;
            case "automatic" -> true;
            default ->
                    throw wrong(
                            "traffic.gate.promote",
                            "one of manual, automatic",
                            ServingException.clip(promote));
        };
    }

    private static Map<String, OutputRule> rules(
            Map<String, DeployRequest.OutputComparator> comparators) {
        within("traffic.comparators", comparators.size(), 0, MOST_NAMES);
        var rules = new HashMap<String, OutputRule>();
        comparators.forEach(
                (output, comparator) ->
                        rules.put(
                                output,
                                rule(
                                        "traffic.comparators." + ServingException.clip(output),
                                        comparator)));
        return rules;
    }

    private static OutputRule rule(String field, DeployRequest.OutputComparator wanted) {
        var comparator =
                Arrays.stream(Comparator.values())
                        .filter(known -> name(known).equals(wanted.type()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        wrong(
                                                field + ".type",
                                                "one of " + COMPARATORS,
                                                ServingException.clip(wanted.type())));
        boolean topK = comparator == Comparator.TOP_K;
        boolean cosine = comparator == Comparator.COSINE;
        boolean numeric = comparator == Comparator.NUMERIC;
        requireMeant(field + ".k", wanted.k(), topK, comparator);
        requireMeant(field + ".min", wanted.min(), topK || cosine, comparator);
        requireMeant(field + ".absolute", wanted.absolute(), numeric, comparator);
        requireMeant(field + ".relative", wanted.relative(), numeric, comparator);
        var usual = OutputRule.of(comparator);
        return new OutputRule(
                comparator,
                (int) number(field + ".k", wanted.k(), topK ? 1 : 0, Integer.MAX_VALUE, usual.k()),
                number(field + ".min", wanted.min(), cosine ? -1 : 0, 1, usual.min()),
                number(field + ".absolute", wanted.absolute(), 0, GREATEST, usual.absolute()),
                number(field + ".relative", wanted.relative(), 0, GREATEST, usual.relative()));
    }

    private static void requireMeant(
            String field, @Nullable Number value, boolean means, Comparator comparator) {
        if (value != null && !means) {
            throw wrong(field, "nothing for " + name(comparator), value.toString());
        }
    }

    static String name(Comparator comparator) {
        return comparator.name().toLowerCase(Locale.ROOT);
    }

    private static double number(
            String field, @Nullable Number value, double least, double most, double usual) {
        return value == null ? usual : within(field, value.doubleValue(), least, most);
    }

    private static long whole(
            String field, @Nullable Long value, long least, long most, long usual) {
        if (value != null && (value < least || value > most)) {
            throw wrong(field, least + " to " + most, value.toString());
        }
        return value == null ? usual : value;
    }

    private static double within(String field, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw wrong(field, shown(least) + " to " + shown(most), shown(value));
        }
        return value;
    }

    private static String shown(double number) {
        return number == Math.rint(number) && Math.abs(number) <= GREATEST
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    private static ServingException wrong(String field, String expected, String actual) {
        return new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "%s: expected %s, got %s".formatted(field, expected, actual),
                new ErrorDetail(field, expected, actual));
    }
}
