#!/usr/bin/python3
"""Writes a C++ source that holds the given text files: embed_files.py ROOT OUT FILE..."""
import os
import sys

root, out, files = sys.argv[1], sys.argv[2], sorted(sys.argv[3:])
os.makedirs(os.path.dirname(out), exist_ok=True)
with open(out, "w", encoding="utf-8") as target:
    target.write('#include "base/embedded.h"\n\n#include "base/check.h"\n\nnamespace firmground::base {\n\n')
    target.write("const std::vector<EmbeddedFile>& embedded_files() {\n  static const std::vector<EmbeddedFile> files = {\n")
    for name in files:
        text = open(name, encoding="utf-8").read()
        # string literals have a length limit; adjacent raw literals are joined by the compiler
        chunks = [text[i:i + 8000] for i in range(0, len(text), 8000)] or [""]
        literal = "\n".join('R"FIRMGROUND(' + chunk + ')FIRMGROUND"' for chunk in chunks)
        target.write('      {"%s", %s},\n' % (os.path.relpath(name, root), literal))
    target.write("  };\n  return files;\n}\n\n")
    target.write("std::string_view embedded_file(std::string_view path) {\n"
                 "  for (const EmbeddedFile& file : embedded_files()) {\n    if (file.path == path) {\n      return file.text;\n    }\n  }\n"
                 "  check_failed(path, __FILE__, __LINE__);\n}\n\n}  // namespace firmground::base\n")
