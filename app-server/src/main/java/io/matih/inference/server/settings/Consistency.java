package io.matih.inference.server.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// What no single value shows: settings that do not go together. Run before anything is opened, so
/// that a server that must not start leaves database and ports alone.
final class Consistency {
    private Consistency() {}

    static void check(Settings settings) {
        var mode = settings.get(SettingKeys.AUTH_MODE);
        if (!mode.equals("none")) {
            throw new SettingsException(
                    "auth.mode is '%s' (%s): this version has no API keys, only 'none' is possible"
                            .formatted(mode, settings.source(SettingKeys.AUTH_MODE).text()));
        }
        var host = settings.get(SettingKeys.HTTP_HOST);
        if (!isLoopback(host)) {
            throw new SettingsException(
                    ("http.host is '%s' (%s): without TLS and keys the server listens on loopback"
                                    + " only: 127.0.0.1, ::1 or localhost")
                            .formatted(host, settings.source(SettingKeys.HTTP_HOST).text()));
        }
        if (settings.find(SettingKeys.S3_ACCESS_KEY).isPresent()
                != settings.find(SettingKeys.S3_SECRET_KEY).isPresent()) {
            throw new SettingsException(
                    "s3.access_key and s3.secret_key belong together: only one of them is set");
        }
        samePort(settings);
    }

    private static boolean isLoopback(String host) {
        try {
            for (var address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void samePort(Settings settings) {
        int port = settings.get(SettingKeys.HTTP_PORT);
        if (port != 0 && port == settings.get(SettingKeys.GRPC_PORT)) {
            throw new SettingsException(
                    "http.port and grpc.port are both %d: each needs a port of its own"
                            .formatted(port));
        }
    }
}
