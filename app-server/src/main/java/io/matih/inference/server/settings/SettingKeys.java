package io.matih.inference.server.settings;

import io.matih.inference.engine.cache.CacheSettings;
import io.matih.inference.engine.serving.ResponseCacheSettings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Every setting of the server, in the order in which help and `matih doctor` show them. Fallbacks
/// may look at settings that stand above them.
public final class SettingKeys {
    private static final long KIB = 1024;
    private static final long MIB = KIB * KIB;
    private static final long GIB = KIB * MIB;

    public static final Setting<Path> DATA_DIR =
            Setting.derived(
                    "data.dir",
                    ValueType.folder(),
                    (surroundings, _) -> Optional.of(surroundings.dataFolder()),
                    "the user's data folder, on Linux ~/.local/share/matih",
                    "Folder for everything the server keeps: models, database, keys");
    public static final Setting<String> HTTP_HOST =
            Setting.of(
                    "http.host",
                    ValueType.text(
                            "a host name or IP address",
                            Pattern.compile("[A-Za-z0-9._:%-]{1,253}")),
                    "127.0.0.1",
                    "Address that HTTP and gRPC listen on");
    public static final Setting<Integer> HTTP_PORT =
            Setting.of(
                    "http.port", ValueType.number(0, 65535), 8080, "HTTP port; 0 picks a free one");
    public static final Setting<Integer> GRPC_PORT =
            Setting.of(
                    "grpc.port", ValueType.number(0, 65535), 8081, "gRPC port; 0 picks a free one");
    public static final Setting<String> DATABASE_URL =
            Setting.optional(
                    "database.url",
                    ValueType.text(
                            "jdbc:postgresql://HOST[:PORT]/DATABASE or jdbc:h2:…",
                            Pattern.compile("jdbc:(postgresql|h2):\\S+")),
                    "an H2 file in the data folder",
                    "Database; a PostgreSQL URL for several servers on one database");
    public static final Setting<List<String>> STORE_ROOTS =
            Setting.derived(
                    "store.roots",
                    ValueType.roots(),
                    (_, earlier) -> Optional.of(defaultRoots(earlier.get(DATA_DIR))),
                    "the data folder's models and data",
                    "Folders and buckets that model, input and output URIs may name");
    public static final Setting<Path> MODEL_REPOSITORY =
            Setting.optional(
                    "model.repository",
                    ValueType.folder(),
                    "none",
                    "Folder of models, as Triton lays them out, that are served from the start; a"
                            + " store root too");
    public static final Setting<String> AUTH_MODE =
            Setting.of(
                    "auth.mode",
                    ValueType.text("none", Pattern.compile("[a-z-]{1,32}")),
                    "none",
                    "How clients prove who they are; none needs a loopback http.host");
    public static final Setting<List<String>> ALLOWED_HOSTS =
            Setting.of(
                    "http.allowed_hosts",
                    ValueType.list(
                            "host names, with or without a port",
                            Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,260}")),
                    List.of(),
                    "Further Host headers to accept; loopback names always are");
    public static final Setting<List<String>> ALLOWED_ORIGINS =
            Setting.of(
                    "http.allowed_origins",
                    ValueType.list(
                            "origins such as https://console.example.org",
                            Pattern.compile("https?://[A-Za-z0-9._:\\[\\]-]{1,260}")),
                    List.of(),
                    "Web origins besides the server's own that may call it");

    public static final Setting<String> S3_ENDPOINT =
            Setting.optional(
                    "s3.endpoint",
                    ValueType.text(
                            "a URL such as https://minio.example.org:9000",
                            Pattern.compile("https?://[A-Za-z0-9._:\\[\\]-]+(/\\S*)?")),
                    "AWS",
                    "S3-compatible server");
    public static final Setting<String> S3_REGION =
            Setting.of(
                    "s3.region",
                    ValueType.text("a region's name", Pattern.compile("[a-z0-9-]{1,64}")),
                    "us-east-1",
                    "S3 region");
    public static final Setting<Boolean> S3_PATH_STYLE =
            Setting.derived(
                    "s3.path_style",
                    ValueType.flag(),
                    (_, earlier) -> Optional.of(earlier.find(S3_ENDPOINT).isPresent()),
                    "true where s3.endpoint is set",
                    "Put the bucket in the path rather than in the host name");
    public static final Setting<String> S3_ACCESS_KEY =
            Setting.optional(
                    "s3.access_key",
                    ValueType.text("an access key", Pattern.compile("\\S{1,256}")),
                    "none",
                    "S3 access key");
    public static final Setting<String> S3_SECRET_KEY =
            Setting.optional(
                            "s3.secret_key",
                            ValueType.text("a secret key", Pattern.compile("\\S{1,1024}")),
                            "none",
                            "S3 secret key")
                    .asSecret();

    public static final Setting<Long> MAX_BODY_BYTES =
            Setting.of(
                    "limits.max_body_bytes",
                    ValueType.bytes(KIB, GIB),
                    64 * MIB,
                    "Largest request body or gRPC message, also once decompressed");
    public static final Setting<Long> MAX_PREDICT_BODY_BYTES =
            Setting.of(
                    "limits.max_predict_body_bytes",
                    ValueType.bytes(KIB, GIB),
                    16 * MIB,
                    "Largest body of a predict call");
    public static final Setting<Long> MAX_MODEL_BYTES =
            Setting.of(
                    "limits.max_model_bytes",
                    ValueType.bytes(KIB, KIB * GIB),
                    2 * GIB,
                    "Largest model, uploaded or fetched");
    public static final Setting<Integer> MAX_ROWS =
            Setting.of(
                    "limits.max_rows",
                    ValueType.number(1, 16_777_216),
                    65_536,
                    "Most rows of one request");
    public static final Setting<Long> MAX_OUTPUT_BYTES =
            Setting.of(
                    "limits.max_output_bytes",
                    ValueType.bytes(KIB, 16 * GIB),
                    256 * MIB,
                    "Most bytes that one request's outputs may take");
    public static final Setting<Duration> PROBE_TIMEOUT =
            Setting.of(
                    "probe.timeout",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                    Duration.ofSeconds(60),
                    "How long the examination of a new model may take");
    public static final Setting<Duration> DRAIN_TIMEOUT =
            Setting.of(
                    "drain.timeout",
                    ValueType.duration(Duration.ZERO, Duration.ofHours(1)),
                    Duration.ofSeconds(30),
                    "How long requests may take to finish when the server stops");

    public static final Setting<Boolean> STRICT_READINESS =
            Setting.of(
                    "strict_readiness",
                    ValueType.flag(),
                    false,
                    "Whether one deployment that is not ready makes the server not ready");

    public static final Setting<Long> RESPONSE_CACHE_BYTES =
            Setting.of(
                    "response_cache.bytes",
                    ValueType.bytes(0, Long.MAX_VALUE),
                    ResponseCacheSettings.DEFAULT.maxBytes(),
                    "Memory for answers kept, of all models that have a response cache");
    public static final Setting<Duration> RESPONSE_CACHE_TTL =
            Setting.of(
                    "response_cache.ttl",
                    ValueType.duration(Duration.ofMillis(1), Duration.ofDays(30)),
                    ResponseCacheSettings.DEFAULT.timeToLive(),
                    "How long an answer is kept");
    public static final Setting<Long> CACHE_HOST_BYTES =
            Setting.optional(
                    "cache.host_bytes",
                    ValueType.bytes(MIB, KIB * KIB * GIB),
                    "three quarters of the memory less the heap",
                    "Memory of the host that loaded models may take");
    public static final Setting<Long> CACHE_GPU_BYTES =
            Setting.optional(
                    "cache.gpu_bytes",
                    ValueType.bytes(MIB, KIB * KIB * GIB),
                    "no limit",
                    "Memory of each GPU that loaded models may take");
    public static final Setting<Integer> CACHE_OVERCOMMIT_PERCENT =
            Setting.of(
                    "cache.overcommit_percent",
                    ValueType.number(0, 100),
                    0,
                    "How far the cache's budgets may be passed");
    public static final Setting<Duration> CACHE_LOAD_TIMEOUT =
            Setting.of(
                    "cache.load_timeout",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofHours(1)),
                    CacheSettings.LOAD_TIMEOUT,
                    "How long a request waits for a model that is not in memory");
    public static final Setting<Boolean> CACHE_LOAD_ON_DEMAND =
            Setting.of(
                    "cache.load_on_demand",
                    ValueType.flag(),
                    true,
                    "Whether a request brings an evicted model back into memory");
    public static final Setting<Duration> CACHE_IDLE_TTL =
            Setting.optional(
                    "cache.idle_ttl",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
                    "off",
                    "After how long without a request a model leaves memory");

    public static final Setting<String> LOG_LEVEL =
            Setting.of(
                    "log.level",
                    ValueType.choice("error", "warn", "info", "debug", "trace"),
                    "info",
                    "Least severe log lines to write");

    public static final List<Setting<?>> ALL =
            List.of(
                    DATA_DIR,
                    HTTP_HOST,
                    HTTP_PORT,
                    ALLOWED_HOSTS,
                    ALLOWED_ORIGINS,
                    GRPC_PORT,
                    DATABASE_URL,
                    STORE_ROOTS,
                    MODEL_REPOSITORY,
                    AUTH_MODE,
                    S3_ENDPOINT,
                    S3_REGION,
                    S3_PATH_STYLE,
                    S3_ACCESS_KEY,
                    S3_SECRET_KEY,
                    MAX_BODY_BYTES,
                    MAX_PREDICT_BODY_BYTES,
                    MAX_MODEL_BYTES,
                    MAX_ROWS,
                    MAX_OUTPUT_BYTES,
                    PROBE_TIMEOUT,
                    DRAIN_TIMEOUT,
                    STRICT_READINESS,
                    CACHE_HOST_BYTES,
                    CACHE_GPU_BYTES,
                    CACHE_OVERCOMMIT_PERCENT,
                    CACHE_LOAD_TIMEOUT,
                    CACHE_LOAD_ON_DEMAND,
                    CACHE_IDLE_TTL,
                    RESPONSE_CACHE_BYTES,
                    RESPONSE_CACHE_TTL,
                    LOG_LEVEL);

    private SettingKeys() {}

    private static List<String> defaultRoots(Path data) {
        return List.of(data.resolve("models").toString(), data.resolve("data").toString());
    }
}
