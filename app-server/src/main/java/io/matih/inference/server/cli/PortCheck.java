package io.matih.inference.server.cli;

import io.matih.inference.server.settings.Setting;
import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/// Whether the ports are free, or taken by the server of this very data folder.
final class PortCheck {
    private PortCheck() {}

    static List<Finding> of(Settings settings) {
        return List.of(
                check(SettingKeys.HTTP_PORT, settings), check(SettingKeys.GRPC_PORT, settings));
    }

    private static Finding check(Setting<Integer> setting, Settings settings) {
        int port = settings.get(setting);
        var address = settings.get(SettingKeys.HTTP_HOST) + ":" + port;
        if (port == 0) {
            return Finding.ok(setting.key(), "any free port");
        }
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(settings.get(SettingKeys.HTTP_HOST), port));
            return Finding.ok(setting.key(), address + " is free");
        } catch (IOException e) {
            return taken(setting, address, settings);
        }
    }

    private static Finding taken(Setting<Integer> setting, String address, Settings settings) {
        var running = ServerAddress.recorded(settings.get(SettingKeys.DATA_DIR));
        var ours = running.filter(r -> r.http().endsWith(address) || r.grpc().endsWith(address));
        return ours.map(
                        r ->
                                Finding.ok(
                                        setting.key(),
                                        "%s: the running server, process %d"
                                                .formatted(address, r.pid())))
                .orElseGet(
                        () ->
                                Finding.broken(
                                        setting.key(),
                                        address + " is in use by another program",
                                        "stop that program, or choose another --" + setting.key()));
    }
}
