// The first process of a machine that has nothing but q3l (tools/boot_128mb): runs what the file
// /command says, a word a line, twice, and tells what that took. Lines of figures start "boot: ".
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr const char* kDisk = "nvme0n1";
constexpr int kRuns = 2;
constexpr unsigned kMicroseconds = 20000;  // between two looks at a run's memory

void must(bool done, const char* what) {
  if (!done) std::perror(what);
}

// A line "key 123 kB" of a file as /proc has them, in bytes.
long value_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  long value = 0;
  for (std::string word; file >> word;) {
    if (word == key && file >> value) return value << 10;
  }
  return 0;
}

void run(const std::vector<std::string>& words) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    std::perror(arguments[0]);
    _exit(127);
  }
  const std::string status_file = "/proc/" + std::to_string(child) + "/status";
  int status = 0;
  long anonymous = 0;
  rusage usage{};
  while (wait4(child, &status, WNOHANG, &usage) == 0) {
    anonymous = std::max(anonymous, value_of(status_file, "RssAnon:"));
    usleep(kMicroseconds);
  }
  // Blocks of 512 bytes that the program had the disk read.
  std::printf("boot: status %d anonymous %ld read %ld\n", status, anonymous,
              usage.ru_inblock * 512);
}

}  // namespace

int main() {
  must(mount("proc", "/proc", "proc", 0, nullptr) == 0, "/proc");
  must(mount("sysfs", "/sys", "sysfs", 0, nullptr) == 0, "/sys");
  must(mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr) == 0, "/dev");
  const std::string disk = std::string("/dev/") + kDisk;
  must(mount(disk.c_str(), "/mnt", "ext4", MS_RDONLY, nullptr) == 0, disk.c_str());
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  std::printf("boot: total %ld available %ld\n", value_of("/proc/meminfo", "MemTotal:"),
              value_of("/proc/meminfo", "MemAvailable:"));
  std::vector<std::string> words;
  std::ifstream command("/command");
  for (std::string word; std::getline(command, word);) words.push_back(word);
  for (int i = 0; i < kRuns; ++i) run(words);
  sync();
  reboot(RB_POWER_OFF);
}
