#!/usr/bin/python3
"""Holds every #include of src/ to the river (ARCHITECTURE.md): check_layers.py [SRC], or --self-test.

- A module includes only modules that its CMakeLists.txt reaches by DEPENDS, all of them earlier in the river.
- No stage includes intake or register.
- A third-party header is included by its owners alone, and no header carries one out of its owner's folder.
- No file includes itself through others.
"""
import os
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')

# A stage is a function from values to values: files and tables end before it (design invariants 2 and 3).
STAGES = {"evidence", "estimate", "plan", "report", "exchange", "simulate"}
NOT_FOR_STAGES = {"intake", "register"}

# Who may include what: modules, or folders of one. The first match counts; a header that matches nothing here and is not of the system is refused.
OWNERS = [
    (r"ogr_(spatialref|srs_api|core)\.h", {"geo", "intake", "exchange"}),
    (r"(ogr|gnm).*\.h", {"intake", "exchange"}),
    (r"(gdal|cpl_|vrt|rawdataset).*\.h", {"geo", "intake", "exchange"}),
    (r"(geos_c|proj|proj_experimental|geodesic)\.h|geos/.*", {"geo"}),
    (r"sqlite3(ext)?\.h", {"register/sqlite"}),
    (r"libpq-fe\.h", {"register/postgis"}),
    (r"(suitesparse/)?(cholmod|amd|colamd|camd|ccolamd|umfpack|SuiteSparse_config)\.h|metis\.h|(cblas|lapacke|openblas_config).*\.h", {"sparse"}),
    (r"Poco/.*|openssl/.*|protozero/.*|zlib\.h|png\.h", {"serve"}),
    (r"(cairo|pango|fontconfig|hb|glib).*|pango/.*|cairo/.*", {"report"}),
    (r"CLI/.*", {"cli", "mpi"}),
    (r"mpi\.h", {"mpi"}),
    (r"sodium.*\.h", {"base"}),
    (r"unicode/.*", {"register"}),
    (r"archive.*\.h|zip\.h|libxml/.*|pugixml\.hpp", {"intake", "exchange", "report"}),
]
# Harmless wherever they stand: values, text, JSON, settings.
OPEN = re.compile(r"tl/expected\.hpp|fmt/.*|nlohmann/.*|toml\+\+/.*|simdjson\.h|spdlog/.*")
# Only in tests and benches.
TEST_ONLY = re.compile(r"gtest/.*|gmock/.*|rapidcheck.*|benchmark/.*")
# CLI11 is the language the verbs are written in, so cli's own header may carry it.
MAY_TRAVEL = {"cli"}
POSIX = re.compile(r"(unistd|fcntl|pwd|signal|poll|dirent|pthread|termios|netdb|sched|dlfcn|malloc|ifaddrs|syslog|spawn|x86intrin|immintrin)\.h"
                   r"|(sys|netinet|arpa|linux|net)/.*\.h")


def river(root):
    """Modules in the order of the root CMakeLists.txt."""
    text = open(os.path.join(root, "CMakeLists.txt"), encoding="utf-8").read()
    return re.findall(r"add_subdirectory\(src/(\w+)\)", text)


def direct_dependencies(src, module):
    path = os.path.join(src, module, "CMakeLists.txt")
    text = re.sub(r"#.*", "", open(path, encoding="utf-8").read()) if os.path.exists(path) else ""
    call = re.search(r"firmground_module\(\s*%s\b([^)]*)\)" % module, text)
    if call:
        words = re.split(r"\b(SOURCES|TESTS|LIBRARIES|DEPENDS|BENCH)\b", call.group(1))
        return {name for key, value in zip(words[1::2], words[2::2]) if key == "DEPENDS" for name in value.split()}
    return set(re.findall(r"firmground_(?!module\b)(\w+)", text))


def reachable(src, modules):
    """module -> modules it may include: itself and what DEPENDS reaches."""
    allowed = {}
    for module in modules:  # upstream first, so that the sets below are complete
        allowed[module] = {module}
        for upstream in direct_dependencies(src, module):
            allowed[module] |= allowed.get(upstream, set())
    return allowed


def sources(src):
    for folder, _, names in sorted(os.walk(src)):
        for name in sorted(names):
            if name.endswith((".h", ".hpp", ".cpp")):
                yield os.path.relpath(os.path.join(folder, name), src)


def includes_of(path):
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2)


def owners_of(header):
    return next((owners for pattern, owners in OWNERS if re.fullmatch(pattern, header)), None)


def owned(name, owners):
    return any(name.startswith(owner + "/") for owner in owners)


def is_system(header):
    return "/" not in header and "." not in header or POSIX.fullmatch(header) is not None


class Layers:
    def __init__(self, root, src):
        self.src = src
        self.modules = river(root)
        self.allowed = reachable(src, self.modules)
        self.own = {}       # file -> own headers it includes
        self.confined = {}  # file -> [(header, owners)]
        self.problems = []

    def check(self):
        for name in sources(self.src):
            self.check_file(name)
        self.check_travelling_headers()
        self.check_cycles()
        return self.problems

    def check_file(self, name):
        module = name.split(os.sep)[0]
        self.own[name], self.confined[name] = [], []
        if module not in self.allowed:
            self.problems.append("%s: '%s' is no module of the river in CMakeLists.txt" % (name, module))
            return
        for number, quote, header in includes_of(os.path.join(self.src, name)):
            where = "%s:%d: " % (name, number)
            first = header.split("/")[0]
            if first in self.allowed or (quote == '"' and os.path.exists(os.path.join(self.src, header))):
                self.check_own(where, module, first, header, name)
            elif quote == '"' and not owners_of(header) and not OPEN.fullmatch(header):
                self.problems.append(where + '"%s" is not under src/; write the path from there' % header)
            else:
                self.check_third_party(where, module, header, name)

    def check_own(self, where, module, target, header, name):
        self.own[name].append(header)
        if module in STAGES and target in NOT_FOR_STAGES:
            self.problems.append(where + "stage '%s' includes '%s'; stages read values, never files or the register" % (module, header))
        elif target not in self.allowed[module]:
            order = "downstream of" if self.modules.index(target) > self.modules.index(module) else "not among the DEPENDS of"
            self.problems.append(where + "'%s' is %s '%s'" % (header, order, module))

    def check_third_party(self, where, module, header, name):
        owners = owners_of(header)
        if owners is not None:
            self.confined[name].append((header, owners))
            if not owned(name, owners):
                self.problems.append(where + "<%s> belongs to %s" % (header, ", ".join(sorted(owners))))
        elif TEST_ONLY.fullmatch(header):
            if not re.search(r"_(test|bench|fuzz)\.cpp$|_testing\.(h|cpp)$", name):
                self.problems.append(where + "<%s> is for tests and benches" % header)
        elif not is_system(header) and not OPEN.fullmatch(header):
            self.problems.append(where + "<%s> has no owner yet; give it one in tools/check_layers.py" % header)

    def closure(self, name, seen):
        for header in self.own.get(name, []):
            if header not in seen:
                seen.add(header)
                self.closure(header, seen)
        return seen

    def check_travelling_headers(self):
        for name in self.own:
            for header in sorted(self.closure(name, set())):
                for third, owners in self.confined.get(header, []):
                    if not owned(name, owners) and not owners & MAY_TRAVEL:
                        self.problems.append("%s: gets <%s> through %s; keep it in a .cpp of %s"
                                             % (name, third, header, ", ".join(sorted(owners))))

    def check_cycles(self):
        for name in self.own:
            if name in self.closure(name, set()):
                self.problems.append("%s: includes itself through other files" % name)


def plant(root, files):
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as target:
            target.write(text)


GOOD_TREE = {
    "CMakeLists.txt": "add_subdirectory(src/base)\nadd_subdirectory(src/geo)\nadd_subdirectory(src/register)\nadd_subdirectory(src/estimate)\n",
    "src/base/CMakeLists.txt": "firmground_module(base SOURCES a.cpp)",
    "src/geo/CMakeLists.txt": "firmground_module(geo DEPENDS base SOURCES a.cpp)",
    "src/register/CMakeLists.txt": "firmground_module(register DEPENDS base geo)",
    "src/estimate/CMakeLists.txt": "firmground_module(estimate DEPENDS base geo)",
    "src/base/a.h": "#include <vector>\n",
    "src/geo/g.h": '#include "base/a.h"\n',
    "src/geo/g.cpp": '#include "geo/g.h"\n#include <geos_c.h>\n#include <fmt/core.h>\n',
    "src/register/r.h": '#include "geo/g.h"\n',
    "src/register/sqlite/s.cpp": '#include "register/r.h"\n#include <sqlite3.h>\n',
    "src/estimate/e.cpp": '#include "geo/g.h"\n#include <unistd.h>\n',
}
# what is planted -> words that the complaint must hold
PLANTED = [
    ({"src/base/a.h": '#include "geo/g.h"\n'}, "downstream of 'base'"),
    ({"src/estimate/e.cpp": '#include "register/r.h"\n'}, "stages read values"),
    ({"src/estimate/CMakeLists.txt": "firmground_module(estimate DEPENDS base)"}, "not among the DEPENDS"),
    ({"src/estimate/e.cpp": "#include <geos_c.h>\n"}, "belongs to geo"),
    ({"src/register/r.cpp": "#include <sqlite3.h>\n"}, "belongs to register/sqlite"),
    ({"src/geo/g.h": "#include <geos_c.h>\n"}, "through geo/g.h"),
    ({"src/geo/g.h": '#include "geo/h.h"\n', "src/geo/h.h": '#include "geo/g.h"\n'}, "includes itself"),
    ({"src/geo/g.cpp": "#include <gtest/gtest.h>\n"}, "for tests"),
    ({"src/geo/g.cpp": "#include <foo/bar.h>\n"}, "no owner yet"),
    ({"src/util/u.h": "\n"}, "no module of the river"),
]


def self_test():
    failures = []
    for files, expected in [({}, None)] + PLANTED:
        with tempfile.TemporaryDirectory() as root:
            plant(root, {**GOOD_TREE, **files})
            problems = Layers(root, os.path.join(root, "src")).check()
        found = any(expected in p for p in problems) if expected else not problems
        if not found:
            failures.append("planted %s, expected '%s', got %s" % (list(files), expected, problems))
    print("\n".join(failures) or "%d planted violations found" % len(PLANTED))
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    problems = Layers(root, os.path.join(root, "src")).check()
    print("\n".join("src/" + p for p in problems) or "every include runs with the river")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
