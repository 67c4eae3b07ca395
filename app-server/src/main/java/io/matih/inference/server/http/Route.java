package io.matih.inference.server.http;

import io.javalin.http.Handler;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// One method on one path, what it takes and gives, and who answers. A `GET` route answers `HEAD`
/// too.
///
/// @param method upper case
/// @param path a template: `/api/v1/inference/deployments/{name}`
/// @param query the names of query parameters it knows; any other is refused
/// @param consumes the media types of its body; none means that it takes no body
/// @param produces the media types of its answers, the usual one first
/// @param bodyLimitBytes its largest body; absent, the listener's limit holds
/// @param servesInDrain whether it still answers while the server shuts down
/// @param responder who answers
public record Route(
        String method,
        String path,
        Set<String> query,
        Set<String> consumes,
        List<String> produces,
        @Nullable Long bodyLimitBytes,
        boolean servesInDrain,
        Responder responder) {

    public Route {
        query = Set.copyOf(query);
        consumes = Set.copyOf(consumes);
        produces = List.copyOf(produces);
        if (!path.startsWith("/") || path.contains("//") || produces.isEmpty()) {
            throw new IllegalArgumentException(method + " " + path);
        }
    }

    /// A route without a body that answers with JSON.
    public static Route get(String path, Handler handler) {
        return of("GET", path, Set.of(), handler);
    }

    /// A route that takes and answers with JSON.
    public static Route post(String path, Handler handler) {
        return of("POST", path, Set.of(MediaType.JSON), handler);
    }

    /// The same, answered in front of Javalin.
    public static Route direct(String path, DirectHandler handler) {
        return of("POST", path, Set.of(MediaType.JSON), new Responder.Direct(handler));
    }

    public static Route put(String path, Handler handler) {
        return of("PUT", path, Set.of(MediaType.JSON), handler);
    }

    public static Route delete(String path, Handler handler) {
        return of("DELETE", path, Set.of(), handler);
    }

    private static Route of(String method, String path, Set<String> consumes, Handler handler) {
        return of(method, path, consumes, new Responder.Served(handler));
    }

    private static Route of(String method, String path, Set<String> consumes, Responder responder) {
        return new Route(
                method, path, Set.of(), consumes, List.of(MediaType.JSON), null, false, responder);
    }

    public Route withQuery(String... names) {
        return new Route(
                method,
                path,
                Set.of(names),
                consumes,
                produces,
                bodyLimitBytes,
                servesInDrain,
                responder);
    }

    public Route consuming(String... types) {
        return new Route(
                method,
                path,
                query,
                Set.of(types),
                produces,
                bodyLimitBytes,
                servesInDrain,
                responder);
    }

    public Route producing(String... types) {
        return new Route(
                method,
                path,
                query,
                consumes,
                List.of(types),
                bodyLimitBytes,
                servesInDrain,
                responder);
    }

    public Route withBodyLimit(long bytes) {
        return new Route(method, path, query, consumes, produces, bytes, servesInDrain, responder);
    }

    public Route servingInDrain() {
        return new Route(method, path, query, consumes, produces, bodyLimitBytes, true, responder);
    }

    /// Whether a body is held in memory as a whole; uploads go to the disk as they come.
    boolean holdsBody() {
        return !consumes.contains(MediaType.OCTET_STREAM);
    }

    /// Triton's clients send no media type with what they send to `/v2`.
    boolean needsContentType() {
        return !path.equals("/v2") && !path.startsWith("/v2/");
    }

    /// Who answers a request.
    public sealed interface Responder {
        /// A handler of Javalin's, on a thread of its own: it answers, or throws a
        /// `ServingException`.
        record Served(Handler handler) implements Responder {}

        record Direct(DirectHandler handler) implements Responder {}
    }
}
