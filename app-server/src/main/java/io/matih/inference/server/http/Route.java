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
/// @param streamsBody whether its body goes to the disk as it comes; others are held in memory
/// @param responder who answers
public record Route(
        String method,
        String path,
        Set<String> query,
        Set<String> consumes,
        List<String> produces,
        @Nullable Long bodyLimitBytes,
        boolean servesInDrain,
        boolean streamsBody,
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

    /// A path of a contract that this version does not serve: 501, saying so.
    ///
    /// @param what is not supported, as a subject: `tracing`
    public static Route unsupported(String method, String path, String what) {
        return of(method, path, Set.of(), new Responder.Unsupported(what));
    }

    private static Route of(String method, String path, Set<String> consumes, Responder responder) {
        return new Route(
                method,
                path,
                Set.of(),
                consumes,
                List.of(MediaType.JSON),
                null,
                false,
                false,
                responder);
    }

    public Route withQuery(String... names) {
        return copy(Set.of(names), consumes, produces, bodyLimitBytes);
    }

    public Route consuming(String... types) {
        return copy(query, Set.of(types), produces, bodyLimitBytes);
    }

    public Route producing(String... types) {
        return copy(query, consumes, List.of(types), bodyLimitBytes);
    }

    public Route withBodyLimit(long bytes) {
        return copy(query, consumes, produces, bytes);
    }

    public Route servingInDrain() {
        return new Route(
                method,
                path,
                query,
                consumes,
                produces,
                bodyLimitBytes,
                true,
                streamsBody,
                responder);
    }

    public Route streamingBody() {
        return new Route(
                method,
                path,
                query,
                consumes,
                produces,
                bodyLimitBytes,
                servesInDrain,
                true,
                responder);
    }

    private Route copy(
            Set<String> knownQuery,
            Set<String> consumed,
            List<String> produced,
            @Nullable Long limit) {
        return new Route(
                method,
                path,
                knownQuery,
                consumed,
                produced,
                limit,
                servesInDrain,
                streamsBody,
                responder);
    }

    /// Whether it is served: clients are not told of paths that only say that they are not.
    public boolean isServed() {
        return !(responder instanceof Responder.Unsupported);
    }

    /// Triton's clients send no media type with what they send to `/v2`.
    boolean needsContentType() {
        return !isOfProtocol();
    }

    /// Triton's clients ask for compression with every call, and understand it in the answers of
    /// inference only, which are written elsewhere.
    boolean mayCompress() {
        return !isOfProtocol();
    }

    private boolean isOfProtocol() {
        return path.equals("/v2") || path.startsWith("/v2/");
    }

    /// Who answers a request.
    public sealed interface Responder {
        /// A handler of Javalin's, on a thread of its own: it answers, or throws a
        /// `ServingException`.
        record Served(Handler handler) implements Responder {}

        record Direct(DirectHandler handler) implements Responder {}

        record Unsupported(String what) implements Responder {}
    }
}
