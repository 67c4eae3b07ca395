package io.matih.inference.server.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.matih.inference.server.security.BindPolicy;

import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The running HTTP listener. The selecting threads check every request and handle what takes no
/// waiting; everything else gets a virtual thread.
public final class HttpServer {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int PLATFORM_THREADS = 32;

    /// Where all connections are taken, those that do nothing give way sooner.
    private static final long CROWDED_IDLE_MILLIS = 2_000;

    private final HttpSettings settings;
    private final InetAddress address;
    private final RouteTable routes;
    private final InFlight inFlight = new InFlight();
    private final HeldBytes held;

    /// Where requests are handled that may wait.
    private final ExecutorService requests =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("http-request-", 0).factory());

    private final Javalin javalin;

    private HttpServer(HttpSettings settings, List<Route> routes) {
        this.settings = settings;
        this.address = BindPolicy.check("http.host", settings.host());
        this.routes = new RouteTable(routes);
        held = new HeldBytes(settings.limits().heldBytes());
        this.javalin = Javalin.create(this::configure);
    }

    /// Binds and serves.
    ///
    /// @throws io.matih.inference.server.security.BindRefusedException if others could reach it
    /// @throws io.javalin.util.JavalinBindException if the port is taken
    public static HttpServer start(HttpSettings settings, List<Route> routes) {
        var server = new HttpServer(settings, routes);
        server.javalin.start();
        return server;
    }

    public int port() {
        return javalin.port();
    }

    /// Where clients find it.
    public String url() {
        var host = address.getHostAddress();
        return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port());
    }

    /// Requests being served now.
    public int inFlight() {
        return inFlight.serving();
    }

    /// What requests hold in memory; shared with every other protocol.
    public HeldBytes held() {
        return held;
    }

    /// From now on only routes that serve in the drain are answered; the others get a 503.
    public void beginDrain() {
        inFlight.drain();
    }

    /// Drains, waits for what is being served, and closes.
    ///
    /// @param drain how long to wait at most
    public void stop(Duration drain) {
        beginDrain();
        try {
            if (!inFlight.awaitEmpty(drain)) {
                LOG.warn("{} requests were cut off", inFlight.serving());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        javalin.stop();
        requests.shutdown();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.maxRequestSize = settings.limits().bodyBytes();
        config.http.defaultContentType = MediaType.JSON;
        config.router.ignoreTrailingSlashes = false;
        config.jetty.threadPool = threads();
        config.jetty.addConnector(this::connector);
        config.jetty.modifyServletContextHandler(
                context -> context.setErrorHandler(new JettyErrors()));
        routes.inOrder().forEach(route -> add(route, config));
    }

    /// Threads that accept, select, and handle what takes no waiting.
    private static QueuedThreadPool threads() {
        var threads = new QueuedThreadPool(PLATFORM_THREADS);
        threads.setName("http");
        return threads;
    }

    private static void add(Route route, JavalinConfig config) {
        if (!(route.responder() instanceof Route.Responder.Served served)) {
            return;
        }
        Handler handler =
                ctx -> {
                    ctx.contentType(route.produces().getFirst());
                    try {
                        served.handler().handle(ctx);
                    } catch (Throwable failure) {
                        Failures.answer(failure, ctx);
                    }
                };
        config.routes.addHttpHandler(
                HandlerType.findOrCreate(route.method()), route.path(), handler);
        if (route.method().equals("GET")) {
            config.routes.addHttpHandler(HandlerType.HEAD, route.path(), handler);
        }
    }

    /// Javalin asks for its connectors once the server is there, before it starts.
    private Connector connector(Server server, HttpConfiguration http) {
        var limits = settings.limits();
        harden(http, limits);
        var connector = new PromptConnector(server);
        var watch = new ConnectionWatch(connector, limits);
        var known = new KnownRequests(inFlight, held, watch, requests);
        connector.addConnectionFactory(new PromptConnectionFactory(http, known));
        connector.setHost(address.getHostAddress());
        connector.setPort(settings.port());
        connector.setIdleTimeout(limits.idleTimeout().toMillis());
        connector.addBean(watch);
        var crowd = new NetworkConnectionLimit(limits.connections().all(), connector);
        crowd.setEndPointIdleTimeout(CROWDED_IDLE_MILLIS);
        server.addBean(crowd);
        server.setErrorHandler(new JettyErrors());
        server.insertHandler(new Ingress(settings, routes, inFlight, held, watch, requests));
        return connector;
    }

    private static void harden(HttpConfiguration http, HttpLimits limits) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setHttpCompliance(HttpCompliance.STRICT);
        http.setUriCompliance(UriCompliance.RFC3986);
        http.setRequestHeaderSize(limits.headerBytes());
    }
}
