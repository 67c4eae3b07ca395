package io.matih.inference.server.docs;

import io.javalin.http.Context;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.http.MediaType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/// `GET /openapi.json`, and `GET /docs`, which renders it with Swagger UI out of this program's own
/// jars: the page loads nothing from elsewhere.
public final class DocsHandler {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    /// Where each file that the page may ask for lies: ours beside this class, the others in the
    /// jar.
    private static final Map<String, String> TYPES =
            Map.of(
                    "docs.js", MediaType.JAVASCRIPT,
                    "docs.css", MediaType.CSS,
                    "favicon.svg", MediaType.SVG,
                    "swagger-ui.css", MediaType.CSS,
                    "swagger-ui-bundle.js", MediaType.JAVASCRIPT);

    private final String swaggerUi = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";

    public void document(Context ctx) {
        ctx.contentType(MediaType.JSON).result(read("openapi.json"));
    }

    public void page(Context ctx) {
        secure(ctx).contentType(MediaType.HTML + "; charset=utf-8").result(read("index.html"));
    }

    public void file(Context ctx) {
        var name = ctx.pathParam("file");
        var type = TYPES.get(name);
        if (type == null) {
            throw new ServingException(
                    ErrorCode.ROUTE_NOT_FOUND, "there is no /docs/" + ServingException.clip(name));
        }
        var where = name.startsWith("swagger-ui") ? swaggerUi + name : name;
        secure(ctx).contentType(type + "; charset=utf-8").result(read(where));
    }

    private static Context secure(Context ctx) {
        return ctx.header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer");
    }

    private static byte[] read(String resource) {
        try (var stream = DocsHandler.class.getResourceAsStream(resource)) {
            return Objects.requireNonNull(stream, resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The jar puts its files below its version, and says which that is.
    private static String version() {
        try (var stream =
                DocsHandler.class.getResourceAsStream(
                        "/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            var properties = new Properties();
            properties.load(Objects.requireNonNull(stream, "Swagger UI is not on the class path"));
            return Objects.requireNonNull(properties.getProperty("version"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
