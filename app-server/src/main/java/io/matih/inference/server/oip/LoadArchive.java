package io.matih.inference.server.oip;

import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.engine.model.store.Uploads.Upload;
import io.matih.inference.server.http.MediaType;
import io.matih.inference.server.triton.ConfigJson;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// The files of a load with their configuration, as the archive of a model's folder.
///
/// @param files by version and name
record LoadArchive(Uploads uploads, ConfigJson config, Map<Integer, Map<String, Upload>> files) {
    Upload save() {
        return uploads.save(this::write, MediaType.ZIP);
    }

    private void write(OutputStream target) throws IOException {
        var zip = new ZipOutputStream(target);
        zip.setLevel(Deflater.NO_COMPRESSION);
        zip.putNextEntry(new ZipEntry(ConfigJson.fileName()));
        zip.write(config.toFile());
        for (var version : files.entrySet()) {
            for (var file : version.getValue().entrySet()) {
                zip.putNextEntry(new ZipEntry(version.getKey() + "/" + file.getKey()));
                try (var content = uploads.open(file.getValue())) {
                    content.transferTo(zip);
                }
            }
        }
        zip.finish();
    }
}
