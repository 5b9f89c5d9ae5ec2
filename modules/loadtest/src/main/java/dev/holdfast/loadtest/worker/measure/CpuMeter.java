package dev.holdfast.loadtest.worker.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Measures the processor time of this process. One thread at a time. */
public final class CpuMeter {
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private long lastCpu = system.getProcessCpuTime();
  private long lastAt = System.nanoTime();

  /** Cores that were used since the last call; 0 if the machine doesn't report it. */
  public double take() {
    long cpu = system.getProcessCpuTime();
    long now = System.nanoTime();
    double cores = now == lastAt ? 0 : (double) (cpu - lastCpu) / (now - lastAt);
    lastCpu = cpu;
    lastAt = now;
    return Math.max(0, cores);
  }
}
