#include "edge/quarantine/quarantine_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/file/file.h"
#include "common/status/status_macros.h"
#include "edge/quarantine/quarantine_codec.h"
#include "google/protobuf/io/coded_stream.h"

namespace fluxcascade::edge {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr absl::string_view kMark = "FCQ1";
constexpr uint64_t kBlock = QuarantineFolder::kBlockBytes;

absl::Status Failed(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", doing, " ", path));
}

absl::Status WriteAt(const UniqueFd& file, uint64_t at, absl::string_view bytes,
                     const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
    at += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

// Less than that only at the file's end.
absl::StatusOr<std::string> ReadAt(const UniqueFd& file, uint64_t at, uint64_t size,
                                   const std::string& path) {
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t read =
        pread(file.get(), bytes.data() + filled, size - filled, static_cast<off_t>(at + filled));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return Failed("read", path);
    if (read == 0) break;
    filled += static_cast<size_t>(read);
  }
  bytes.resize(filled);
  return bytes;
}

uint64_t BlocksOf(uint64_t bytes) { return (bytes + kBlock - 1) / kBlock; }

}  // namespace

absl::StatusOr<std::unique_ptr<QuarantineFolder>> QuarantineFolder::Open(const std::string& path) {
  FC_RETURN_IF_ERROR(MakeFolders(path, 0700));
  UniqueFd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return Failed("open the folder", path);
  if (flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Failed("lock the folder", path);
    return absl::FailedPreconditionError(absl::StrCat("another process has the folder ", path));
  }
  return std::unique_ptr<QuarantineFolder>(new QuarantineFolder(path, std::move(folder)));
}

std::string QuarantineFolder::PathOf(uint64_t file) const {
  return absl::StrCat(path_, "/", QuarantineName(file));
}

absl::StatusOr<std::vector<uint64_t>> QuarantineFolder::Files() const {
  std::vector<uint64_t> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(path_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    uint64_t number = 0;
    if (absl::SimpleHexAtoi(name, &number) && QuarantineName(number) == name) {
      files.push_back(number);
    }
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot list ", path_, ": ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<std::vector<QuarantineFolder::Record>> QuarantineFolder::Load(uint64_t file) {
  if (file < next_number_) {
    return absl::DataLossError(absl::StrCat(PathOf(file), " begins within the file before it"));
  }
  FC_ASSIGN_OR_RETURN(const std::string bytes, ReadFileToString(PathOf(file), kMaxFileBytes));
  std::vector<Record> records = RecordsIn(file, bytes);
  if (records.empty()) return absl::DataLossError(absl::StrCat("no request is in ", PathOf(file)));
  next_number_ = file + BlocksOf(bytes.size());
  File& loaded = files_[file];
  loaded.end = next_number_;
  for (const Record& record : records) loaded.blocks += OnDisk(record.bytes.size()) / kBlock;
  return records;
}

std::vector<QuarantineFolder::Record> QuarantineFolder::RecordsIn(uint64_t file,
                                                                  absl::string_view bytes) {
  std::vector<Record> records;
  for (uint64_t at = 0; at + kFrameBytes <= bytes.size();) {
    absl::string_view rest = bytes.substr(at);
    // A hole that a removed record has left, or what a power cut has made of one.
    if (!absl::StartsWith(rest, kMark)) {
      at += kBlock;
      continue;
    }
    uint32_t size = 0;
    CodedInputStream::ReadLittleEndian32FromArray(
        reinterpret_cast<const uint8_t*>(rest.data() + kMark.size()), &size);
    rest.remove_prefix(kFrameBytes);
    // One that is cut short is its opener's to refuse.
    Record& record = records.emplace_back();
    record.number = file + at / kBlock;
    record.bytes = std::string(rest.substr(0, size));
    at += OnDisk(record.bytes.size());
  }
  return records;
}

absl::Status QuarantineFolder::RemoveFile(uint64_t file) {
  const std::string path = PathOf(file);
  files_.erase(file);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return Failed("remove", path);
}

std::string QuarantineFolder::Framed(absl::string_view record) {
  uint8_t size[4];
  CodedOutputStream::WriteLittleEndian32ToArray(static_cast<uint32_t>(record.size()), size);
  std::string framed = absl::StrCat(
      kMark, absl::string_view(reinterpret_cast<const char*>(size), sizeof size), record);
  framed.resize(OnDisk(record.size()), '\0');
  return framed;
}

absl::Status QuarantineFolder::Write(uint64_t first, absl::Span<const std::string> records) {
  std::string bytes;
  for (const std::string& record : records) bytes += Framed(record);
  FC_CHECK(first >= next_number_ && bytes.size() <= kMaxFileBytes);
  // Whatever comes of it: a part that can't be removed is in nobody's way.
  next_number_ = first + BlocksOf(bytes.size());
  const std::string path = PathOf(first);
  const UniqueFd file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return Failed("create", path);
  absl::Status written = WriteAt(file, 0, bytes, path);
  if (!written.ok()) {
    unlink(path.c_str());
    return written;
  }
  files_[first] = {.end = next_number_, .blocks = BlocksOf(bytes.size())};
  return absl::OkStatus();
}

QuarantineFolder::FileMap::const_iterator QuarantineFolder::FileOf(uint64_t number) const {
  const auto after = files_.upper_bound(number);
  if (after == files_.begin()) return files_.end();
  const auto file = std::prev(after);
  return number < file->second.end ? file : files_.end();
}

absl::StatusOr<std::string> QuarantineFolder::Read(const QuarantineItem& item) const {
  const auto found = FileOf(item.number);
  if (found == files_.end()) {
    return absl::NotFoundError(absl::StrCat("no file of ", path_, " has block ", item.number));
  }
  const std::string path = PathOf(found->first);
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return Failed("open", path);
  FC_ASSIGN_OR_RETURN(const std::string bytes,
                      ReadAt(file, (item.number - found->first) * kBlock, item.bytes, path));
  std::vector<Record> records = RecordsIn(item.number, bytes);
  if (records.empty() || records[0].number != item.number) {
    return absl::DataLossError(absl::StrCat("no request is at block ", item.number, " of ", path));
  }
  return std::move(records[0].bytes);
}

absl::Status QuarantineFolder::Remove(std::vector<QuarantineItem> items) {
  std::sort(items.begin(), items.end(),
            [](const auto& one, const auto& other) { return one.number < other.number; });
  absl::Status removed;
  absl::Span<const QuarantineItem> rest = items;
  while (!rest.empty()) {
    const auto found = FileOf(rest[0].number);
    FC_CHECK(found != files_.end());
    const auto file = files_.find(found->first);
    size_t count = 0;
    while (count < rest.size() && rest[count].number < file->second.end) ++count;
    removed.Update(RemoveFrom(file, rest.first(count)));
    rest.remove_prefix(count);
  }
  return removed;
}

absl::Status QuarantineFolder::RemoveFrom(FileMap::iterator file,
                                          absl::Span<const QuarantineItem> items) {
  uint64_t blocks = 0;
  for (const QuarantineItem& item : items) blocks += item.bytes / kBlock;
  FC_CHECK(blocks <= file->second.blocks);
  file->second.blocks -= blocks;
  return file->second.blocks == 0 ? RemoveFile(file->first) : PunchOut(file->first, items);
}

absl::Status QuarantineFolder::PunchOut(uint64_t first,
                                        absl::Span<const QuarantineItem> items) const {
  const std::string path = PathOf(first);
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return Failed("open", path);
  for (size_t begin = 0, end = 0; begin < items.size(); begin = end) {
    uint64_t bytes = 0;
    // Those that lie side by side go at once.
    for (; end < items.size() && items[end].number == items[begin].number + bytes / kBlock; ++end) {
      bytes += items[end].bytes;
    }
    const uint64_t at = (items[begin].number - first) * kBlock;
    if (fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at),
                  static_cast<off_t>(bytes)) == 0) {
      continue;
    }
    if (errno != EOPNOTSUPP) return Failed("make a hole in", path);
    // Here their blocks go with the file; that they are gone holds at once.
    FC_RETURN_IF_ERROR(WriteAt(file, at, std::string(bytes, '\0'), path));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> QuarantineFolder::FreeBytes() const {
  struct statvfs disk = {};
  if (statvfs(path_.c_str(), &disk) != 0) return Failed("see what is free on the disk of", path_);
  return uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace fluxcascade::edge
