package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernel rations pipes for ordinary users only ({@code pipe(7)}), so that tests which run as
 * root would never see it. Root starts these as nobody.
 */
@Timeout(180)
class OrdinaryUserTest {
  private static final int TUNNELS = 2_000;

  /** Two ends here, two in the relay. */
  private static final int SOCKETS_PER_TUNNEL = 4;

  /** What the virtual machine and the pipes take. */
  private static final int OTHER_DESCRIPTORS = 500;

  private static final int NOBODY = 65534;

  @ParameterizedTest(name = "S03 {0}")
  @EnumSource(names = {"AUTO", "SPLICE"})
  void noneOfManyStuckTunnelsFails(RelayMode mode, @TempDir Path folder) throws Exception {
    boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    List<String> prefix = root ? asNobody() : List.of();
    List<Path> classPath = root ? copyOf(SecondJvm.classPath(), folder) : SecondJvm.classPath();
    try (SecondJvm other =
        SecondJvm.start(prefix, classPath, StuckTunnels.class, mode, tunnels())) {
      String inUse = other.line();
      System.out.println(inUse);

      assertThat(inUse).doesNotContain("Uid:0 ").contains("CapEff:0000000000000000");
      assertThat(other.line()).isEqualTo("every byte has arrived");
      assertThat(other.exitCode(20)).isZero();
    }
  }

  private static List<String> asNobody() {
    return List.of(
        "setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--inh-caps=-all");
  }

  /** As many as the descriptor limit allows, since both ends of all are in one process. */
  private static int tunnels() throws IOException {
    String limits = Files.readString(Path.of("/proc/self/limits"));
    String line =
        limits.lines().filter(each -> each.startsWith("Max open files")).findFirst().orElseThrow();
    String hard = line.split("\\s+", 6)[4];
    long descriptors = hard.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(hard);
    long most = (descriptors - OTHER_DESCRIPTORS) / SOCKETS_PER_TUNNEL;
    if (most < TUNNELS) {
      System.out.println("only " + most + " tunnels: the limit of descriptors is " + descriptors);
    }
    return (int) Math.min(TUNNELS, most);
  }

  /** The classes where everybody may read them. */
  private static List<Path> copyOf(List<Path> classPath, Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<Path> copies = new ArrayList<>();
    for (Path entry : classPath) {
      if (Files.exists(entry)) {
        Path copy = folder.resolve(copies.size() + "-" + entry.getFileName());
        copyTree(entry, copy);
        copies.add(copy);
      }
    }
    return copies;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectory(to.resolve(from.relativize(folder).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, file.equals(from) ? to : to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
