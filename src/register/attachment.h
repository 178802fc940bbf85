#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/database.h"
#include "register/register.h"

/// Papers, sketches and pictures of a record. The file lies beside the programme under its content hash
/// (<programme>.attachments/ab/abcd...), so that one file attached twice is kept once and a changed file is found out;
/// the register knows which record it belongs to.
namespace firmground::registry {

struct Attachment {
  std::string kind, id;      ///< of the record
  std::string content_hash;  ///< 64 hexadecimal digits
  std::string file_name;     ///< as it came
  std::string media_type;
  std::int64_t byte_count = 0;
  std::string caption;
  std::int64_t batch = 0;
  std::string path;  ///< where the content lies
};

struct AttachRequest {
  std::string kind, id;
  std::string file;
  std::string caption;
  std::string author;
  std::string reason;
};

/// Copies the file, then notes it in one transaction; attaching the same content again changes nothing. What is left of
/// a killed attach is a file that no record names.
/// Errors: registry.no_such_record, registry.no_such_layer, registry.attachments_need_folder,
/// base.file_unreadable, base.file_unwritable.
base::Result<Attachment> attach(Register& programme, const AttachRequest& request);

/// Those of one record, those whose entry was taken back left out.
base::Result<std::vector<Attachment>> attachments_of(const Register& programme, const std::string& kind,
                                                     const std::string& id);

/// `location` is the path of the programme, or the address of a database: then the folder that
/// FIRMGROUND_ATTACHMENTS names, "" when it names none.
std::string attachment_folder(const std::string& location);
/// All that were ever attached, in the order of entry.
base::Result<std::vector<Attachment>> read_attachments(const Database& database, const std::string& folder);
/// "" when the file is there and has its hash, else "is missing" or "was changed".
std::string content_problem(const Attachment& attachment);

}  // namespace firmground::registry
