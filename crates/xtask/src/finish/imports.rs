//! The names by which a module imports its glue: numbers.
//!
//! wasm-bindgen names each import by what it is and by a digest that tells apart what different
//! versions of a crate import, and no compression shortens a digest. Both files are of one build, so
//! a number does as well, in half a per cent fewer bytes to send.

use super::stage::Stage;
use crate::error::{Failure, Result};
use std::collections::BTreeMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ImportSection, Module};
use wasmparser::{ImportSectionReader, Parser};

/// How the glue begins the line of each function that it lends, and what follows the name there.
const START: &str = "__wbg_";
const BEHIND: &str = ": function";

/// Shortens the names by which `module` imports from `glue`, in both.
pub fn shorten(stage: &Stage, glue: &str, module: &str) -> Result<()> {
    let text = stage.read_text(glue)?;
    let names = names(&text);
    if names.is_empty() {
        return Err(Failure::Build(format!("{glue} lends no functions that are known as such.")));
    }
    let bytes = with_short_imports(&stage.read(module)?, &names)
        .map_err(|error| Failure::Build(format!("{module} cannot be read: {error}")))?;
    stage.write(glue, with_short_names(&text, &names).as_bytes())?;
    stage.write(module, &bytes)
}

/// Every function that the glue lends, with its short name.
fn names(glue: &str) -> BTreeMap<&str, String> {
    let lines = glue.lines().filter_map(|line| line.trim_start().split_once(BEHIND));
    let names = lines.map(|(name, _)| name).filter(|name| name.starts_with(START));
    names.enumerate().map(|(number, name)| (name, format!("_{number}"))).collect()
}

fn with_short_names(glue: &str, names: &BTreeMap<&str, String>) -> String {
    let short = |line: &str| {
        let (name, rest) = line.trim_start().split_once(BEHIND)?;
        Some(format!("{}{BEHIND}{rest}\n", names.get(name)?))
    };
    glue.lines().map(|line| short(line).unwrap_or_else(|| format!("{line}\n"))).collect()
}

fn with_short_imports(
    module: &[u8],
    names: &BTreeMap<&str, String>,
) -> std::result::Result<Vec<u8>, reencode::Error> {
    let mut short = Module::new();
    Shortener { names }.parse_core_module(&mut short, Parser::new(0), module)?;
    Ok(short.finish())
}

struct Shortener<'a> {
    names: &'a BTreeMap<&'a str, String>,
}

impl Reencode for Shortener<'_> {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error> {
        for import in section.into_imports() {
            let import = import?;
            let name = self.names.get(import.name).map_or(import.name, String::as_str);
            imports.import(import.module, name, self.entity_type(import.ty)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, TypeSection};
    use wasmparser::Payload;

    const GLUE: &str = "const import0 = {\n    __proto__: null,\n    \
        __wbg_new_0123456789abcdef: function(arg0) {\n        return arg0;\n    },\n    \
        __wbg_new_fedcba9876543210: function() { return handleError(function () {\n    },\n    \
        __wbindgen_init_externref_table: function() {\n    },\n};\n\
        return { \"./zajil_bg.js\": import0 };\n";

    /// A module that imports these functions.
    fn module(names: &[&str]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for name in names {
            imports.import("./zajil_bg.js", name, EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&imports);
        module.finish()
    }

    fn imported(module: &[u8]) -> Vec<String> {
        let sections =
            Parser::new(0).parse_all(module).filter_map(|payload| match payload.unwrap() {
                Payload::ImportSection(imports) => Some(imports),
                _ => None,
            });
        let imports = sections.flat_map(|imports| imports.into_imports());
        imports.map(|import| import.unwrap().name.to_owned()).collect()
    }

    #[test]
    fn functions_are_lent_and_imported_by_number() {
        let short = with_short_names(GLUE, &names(GLUE));
        let lent = |name: &str| short.lines().position(|line| line.starts_with(name));
        assert_eq!(lent("_0: function(arg0) {"), Some(2));
        assert_eq!(lent("_1: function() { return handleError(function () {"), Some(5));
        assert!(short.contains("    __proto__: null,\n") && short.ends_with("import0 };\n"));
        let module = module(&[
            "__wbg_new_fedcba9876543210",
            "__wbindgen_init_externref_table",
            "__wbg_new_0123456789abcdef",
        ]);
        let module = with_short_imports(&module, &names(GLUE)).unwrap();
        assert_eq!(imported(&module), ["_1", "__wbindgen_init_externref_table", "_0"]);
    }

    #[test]
    fn what_is_not_a_module_is_refused() {
        assert!(with_short_imports(b"<!doctype html>", &names(GLUE)).is_err());
    }
}
