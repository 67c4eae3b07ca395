// Two GPUs as NVML would report them, by the signatures of its API reference.
#include <string.h>

typedef struct device *nvmlDevice_t;
typedef struct { unsigned int gpu, memory; } nvmlUtilization_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;

int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) {
  *device = (nvmlDevice_t)(unsigned long)(index + 1);
  return 0;
}
int nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length) {
  if (length < 96) return 7;
  strcpy(uuid, device == (nvmlDevice_t)1 ? "GPU-one" : "GPU-two");
  return 0;
}
int nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *rates) {
  rates->gpu = device == (nvmlDevice_t)1 ? 25 : 100;
  rates->memory = 99;
  return 0;
}
int nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory) {
  memory->total = 80ULL << 30;
  memory->free = 30ULL << 30;
  memory->used = 50ULL << 30;
  return 0;
}
int nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *milliwatts) {
  *milliwatts = 123456;
  return 0;
}
int nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned int *milliwatts) {
  *milliwatts = 700000;
  return 0;
}
// 3: not supported by this device.
int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long *millijoules) {
  if (device == (nvmlDevice_t)2) return 3;
  *millijoules = 5000000000500ULL;
  return 0;
}
