package io.matih.inference.server.deployment;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.shadow.ShadowReport;
import io.matih.inference.engine.shadow.Shadows;
import io.matih.inference.server.api.ShadowHistory;
import io.matih.inference.server.api.ShadowList;
import io.matih.inference.server.json.JsonBody;
import io.matih.inference.server.json.JsonReply;
import io.matih.inference.server.json.Versions;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// The routes that show how shadows compare.
public final class ShadowHandler {
    private static final int USUAL_MINUTES = 60;
    private static final int MOST_MINUTES = (int) Duration.ofDays(31).toMinutes();

    private final Deployments deployments;
    private final Shadows shadows;

    public ShadowHandler(Deployments deployments, Shadows shadows) {
        this.deployments = deployments;
        this.shadows = shadows;
    }

    public void show(Context ctx) {
        var name = ctx.pathParam("name");
        deployments.get(name);
        var comparisons = shadows.reports(name).stream().map(ShadowViews::comparison).toList();
        var answer = JsonBody.tree(new ShadowList(name, comparisons));
        if (comparisons.size() == 1) {
            answer.setAll(JsonBody.tree(comparisons.getFirst()));
        }
        JsonReply.send(ctx, HttpStatus.OK, answer);
    }

    public void history(Context ctx) {
        var name = ctx.pathParam("name");
        int minutes = minutes(ctx.queryParam("minutes"));
        var version = ctx.queryParam("version");
        deployments.get(name);
        int shadow = version == null ? only(name) : Versions.parse(version, "version");
        var history =
                shadows.history(name, shadow, Duration.ofMinutes(minutes))
                        .orElseThrow(
                                () ->
                                        new ServingException(
                                                ErrorCode.MODEL_NOT_FOUND,
                                                "version %d of '%s' is no shadow"
                                                        .formatted(shadow, name)));
        JsonReply.send(
                ctx,
                HttpStatus.OK,
                new ShadowHistory(
                        name,
                        Integer.toString(shadow),
                        history.stream().map(ShadowViews::minute).toList()));
    }

    private int only(String name) {
        List<ShadowReport> reports = shadows.reports(name);
        if (reports.size() == 1) {
            return reports.getFirst().key().shadow();
        }
        var there =
                reports.stream()
                        .map(report -> Integer.toString(report.key().shadow()))
                        .collect(Collectors.joining(", "));
        throw reports.isEmpty()
                ? new ServingException(
                        ErrorCode.MODEL_NOT_FOUND, "'%s' has no shadow".formatted(name))
                : new ServingException(
                        ErrorCode.INVALID_PARAMETER,
                        "version: '%s' has several shadows; name one of %s".formatted(name, there),
                        new ErrorDetail("version", there, null));
    }

    private static int minutes(@Nullable String text) {
        if (text == null) {
            return USUAL_MINUTES;
        }
        try {
            int minutes = Integer.parseInt(text);
            if (minutes >= 1 && minutes <= MOST_MINUTES) {
                return minutes;
            }
        } catch (NumberFormatException _) {
            // Falls through to the same answer as a number out of range.
        }
        throw new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "minutes: '%s' is not within 1 to %d"
                        .formatted(ServingException.clip(text), MOST_MINUTES),
                new ErrorDetail("minutes", "1 to " + MOST_MINUTES, ServingException.clip(text)));
    }
}
