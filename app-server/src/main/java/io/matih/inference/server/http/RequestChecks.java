package io.matih.inference.server.http;

import static java.util.stream.Collectors.joining;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.error.Nearest;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

import java.util.Locale;
import java.util.Set;

/// Holds a request against what its route says it takes and gives.
final class RequestChecks {
    /// What a web page can send anywhere without asking. Never read, whatever a route consumes.
    private static final Set<String> FORMS =
            Set.of("application/x-www-form-urlencoded", "multipart/form-data", MediaType.TEXT);

    private RequestChecks() {}

    static void check(Route route, Request request, long limitBytes) {
        var headers = request.getHeaders();
        checkQuery(route, request);
        checkAccept(route, headers);
        if (hasBody(request) || takesBody(route, request)) {
            checkContentType(route, request);
            Encodings.ofRequest(headers);
        }
        if (request.getLength() > limitBytes) {
            throw MeteredRequest.tooLarge(limitBytes);
        }
    }

    private static boolean takesBody(Route route, Request request) {
        return !route.consumes().isEmpty() && request.getMethod().equals(route.method());
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    private static void checkQuery(Route route, Request request) {
        if (request.getHttpURI().getQuery() == null) {
            return;
        }
        for (var name : query(request).getNames()) {
            if (!route.query().contains(name)) {
                throw new ServingException(ErrorCode.INVALID_PARAMETER, unknown(route, name));
            }
        }
    }

    private static Fields query(Request request) {
        try {
            return Request.extractQueryParameters(request);
        } catch (HttpException.RuntimeException | IllegalArgumentException malformed) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER, "the query is not well-formed", malformed);
        }
    }

    private static String unknown(Route route, String name) {
        var suggestion = Nearest.suggestion(name, route.query());
        return "unknown query parameter '%s'%s allowed: %s"
                .formatted(
                        ServingException.clip(name),
                        suggestion.isEmpty() ? ";" : suggestion,
                        listed(route.query()));
    }

    private static void checkContentType(Route route, Request request) {
        var type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (type == null) {
            if (route.needsContentType() && hasBody(request)) {
                throw refused("a Content-Type is needed", route);
            }
            return;
        }
        var essence = MediaType.essence(type);
        if (FORMS.contains(essence) || !route.consumes().contains(essence)) {
            throw refused(
                    "Content-Type '%s' is not taken here".formatted(ServingException.clip(type)),
                    route);
        }
        if (essence.equals(MediaType.JSON) && !isUtf8(type)) {
            throw refused("JSON is UTF-8, not '%s'".formatted(ServingException.clip(type)), route);
        }
    }

    private static boolean isUtf8(String type) {
        var compact = type.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "");
        int charset = compact.indexOf(";charset=");
        if (charset < 0) {
            return true;
        }
        var name = compact.substring(charset + ";charset=".length());
        return name.equals("utf-8") || name.startsWith("utf-8;");
    }

    private static ServingException refused(String what, Route route) {
        return new ServingException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "%s; allowed: %s".formatted(what, listed(route.consumes())));
    }

    private static void checkAccept(Route route, HttpFields headers) {
        if (!headers.contains(HttpHeader.ACCEPT)) {
            return;
        }
        var wanted = headers.getQualityCSV(HttpHeader.ACCEPT);
        if (wanted.stream().noneMatch(range -> produces(route, MediaType.essence(range)))) {
            throw new ServingException(
                    ErrorCode.NOT_ACCEPTABLE,
                    "the answer cannot be what Accept asks for; possible: %s"
                            .formatted(String.join(", ", route.produces())));
        }
    }

    private static boolean produces(Route route, String range) {
        if (range.equals("*/*")) {
            return true;
        }
        return range.endsWith("/*")
                ? route.produces().stream()
                        .anyMatch(type -> type.startsWith(range.substring(0, range.length() - 1)))
                : route.produces().stream().anyMatch(type -> MediaType.essence(type).equals(range));
    }

    private static String listed(Set<String> names) {
        return names.isEmpty() ? "none" : names.stream().sorted().collect(joining(", "));
    }
}
