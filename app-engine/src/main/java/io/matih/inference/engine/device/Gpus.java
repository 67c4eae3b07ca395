package io.matih.inference.engine.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// NVIDIA's GPUs, by the driver's own library (NVML, its API reference's names). Any thread.
@SuppressWarnings("restricted")
public final class Gpus implements AutoCloseable {
    private static final int SUCCESS = 0;

    /// `NVML_DEVICE_UUID_V2_BUFFER_SIZE`.
    private static final int UUID_BYTES = 96;

    private static final double PERCENT = 100;
    private static final double MILLI = 1000;

    private final Arena arena;
    private final SymbolLookup library;
    private final List<MemorySegment> devices = new ArrayList<>();
    private final List<String> uuids = new ArrayList<>();
    private final MethodHandle utilization;
    private final MethodHandle memory;
    private final MethodHandle power;
    private final MethodHandle powerLimit;
    private final MethodHandle energy;

    private Gpus(Arena arena, SymbolLookup library) {
        this.arena = arena;
        this.library = library;
        utilization = ofDevice("nvmlDeviceGetUtilizationRates");
        memory = ofDevice("nvmlDeviceGetMemoryInfo");
        power = ofDevice("nvmlDeviceGetPowerUsage");
        powerLimit = ofDevice("nvmlDeviceGetEnforcedPowerLimit");
        energy = ofDevice("nvmlDeviceGetTotalEnergyConsumption");
    }

    /// @return empty where there is no driver, or one that does not work
    public static Optional<Gpus> open() {
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        return open(windows ? "nvml.dll" : "libnvidia-ml.so.1");
    }

    @SuppressWarnings("MustBeClosedChecker") // closed by close
    static Optional<Gpus> open(String libraryName) {
        var arena = Arena.ofShared();
        try {
            var gpus = new Gpus(arena, SymbolLookup.libraryLookup(libraryName, arena));
            if (gpus.find()) {
                return Optional.of(gpus);
            }
        } catch (IllegalArgumentException _) {
            // There is no such library here, or it lacks a function: no GPU that could be looked
            // at.
        }
        arena.close();
        return Optional.empty();
    }

    private MethodHandle ofDevice(String name) {
        return function(name, ADDRESS, ADDRESS);
    }

    private MethodHandle function(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find(name).orElseThrow(() -> new IllegalArgumentException(name)),
                        FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private boolean find() {
        if (call(function("nvmlInit_v2")) != SUCCESS) {
            return false;
        }
        try (var scratch = Arena.ofConfined()) {
            var count = scratch.allocate(JAVA_INT);
            if (call(function("nvmlDeviceGetCount_v2", ADDRESS), count) != SUCCESS) {
                return false;
            }
            var byIndex = function("nvmlDeviceGetHandleByIndex_v2", JAVA_INT, ADDRESS);
            var uuidOf = function("nvmlDeviceGetUUID", ADDRESS, ADDRESS, JAVA_INT);
            var device = scratch.allocate(ADDRESS);
            var uuid = scratch.allocate(UUID_BYTES);
            for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
                if (call(byIndex, i, device) == SUCCESS
                        && call(uuidOf, device.get(ADDRESS, 0), uuid, UUID_BYTES) == SUCCESS) {
                    devices.add(device.get(ADDRESS, 0));
                    uuids.add(uuid.getString(0));
                }
            }
        }
        return !devices.isEmpty();
    }

    /// Every GPU, in the driver's order.
    public List<GpuReading> readings() {
        var readings = new ArrayList<GpuReading>();
        try (var scratch = Arena.ofConfined()) {
            var place = scratch.allocate(JAVA_LONG, 3);
            for (int i = 0; i < devices.size(); i++) {
                readings.add(reading(uuids.get(i), devices.get(i), place));
            }
        }
        return readings;
    }

    /// @param place for whatever a function returns
    private GpuReading reading(String uuid, MemorySegment device, MemorySegment place) {
        var busy = asked(utilization, device, place) ? place.get(JAVA_INT, 0) / PERCENT : null;
        boolean knowsMemory = asked(memory, device, place);
        var total = knowsMemory ? Long.valueOf(place.getAtIndex(JAVA_LONG, 0)) : null;
        var used = knowsMemory ? Long.valueOf(place.getAtIndex(JAVA_LONG, 2)) : null;
        return new GpuReading(
                uuid,
                busy,
                used,
                total,
                milli(asked(power, device, place) ? Long.valueOf(place.get(JAVA_INT, 0)) : null),
                milli(
                        asked(powerLimit, device, place)
                                ? Long.valueOf(place.get(JAVA_INT, 0))
                                : null),
                milli(asked(energy, device, place) ? Long.valueOf(place.get(JAVA_LONG, 0)) : null));
    }

    private static @Nullable Double milli(@Nullable Long thousandths) {
        return thousandths == null ? null : thousandths / MILLI;
    }

    private static boolean asked(MethodHandle function, MemorySegment device, MemorySegment place) {
        return call(function, device, place) == SUCCESS;
    }

    private static int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // native functions throw nothing
        }
    }

    @Override
    public void close() {
        int _ = call(function("nvmlShutdown"));
        arena.close();
    }
}
