//! Pickles of tensors, read as data. A pickle is a program for a small stack machine that can
//! call any Python function; here nothing is ever called. The few globals that a state dict needs
//! stand for the values they would build, and every other one is refused by its name.
//!
//! Values live in one list and refer to each other by index, so that neither depth nor cycles of a
//! hostile pickle can exhaust the stack.

use std::collections::HashMap;

use crate::tensor::Dtype;
use crate::wrong::{Wrong, quoted};

/// A value, by its index.
pub(crate) type Id = usize;

/// What a pickle can hold here.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A plain value that no network needs: bytes, or an integer of more than 64 bits.
    Other,
    Text(&'a str),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage {
        dtype: Dtype,
        key: &'a str,
    },
    Tensor {
        storage: Id,
        offset: i64,
        size: Vec<i64>,
        stride: Vec<i64>,
    },
    /// A module of PyTorch, and its attributes by name once they have been read.
    Module {
        kind: ModuleKind,
        state: Option<Id>,
    },
    /// What a refused global would have built; reading goes on to find all that is refused.
    Refused,
}

/// The globals that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Global {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Set,
    Size,
    Storage(Dtype),
    Module(ModuleKind),
}

/// The modules of PyTorch that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ModuleKind {
    Sequential,
    Linear,
    BatchNorm1d,
    Relu,
    Relu6,
    LeakyRelu,
    PRelu,
    Hardtanh,
    Softshrink,
    /// Those that change no value of a sample: Identity, Flatten, Dropout after training.
    Nothing,
}

/// The globals that are understood, by module and name.
const GLOBALS: [(&str, Global); 27] = [
    ("collections.OrderedDict", Global::OrderedDict),
    ("builtins.set", Global::Set),
    ("__builtin__.set", Global::Set),
    ("torch.Size", Global::Size),
    ("torch.nn.modules.container.Sequential", Global::Module(ModuleKind::Sequential)),
    ("torch.nn.modules.linear.Linear", Global::Module(ModuleKind::Linear)),
    ("torch.nn.modules.batchnorm.BatchNorm1d", Global::Module(ModuleKind::BatchNorm1d)),
    ("torch.nn.modules.activation.ReLU", Global::Module(ModuleKind::Relu)),
    ("torch.nn.modules.activation.ReLU6", Global::Module(ModuleKind::Relu6)),
    ("torch.nn.modules.activation.LeakyReLU", Global::Module(ModuleKind::LeakyRelu)),
    ("torch.nn.modules.activation.PReLU", Global::Module(ModuleKind::PRelu)),
    ("torch.nn.modules.activation.Hardtanh", Global::Module(ModuleKind::Hardtanh)),
    ("torch.nn.modules.activation.Softshrink", Global::Module(ModuleKind::Softshrink)),
    ("torch.nn.modules.linear.Identity", Global::Module(ModuleKind::Nothing)),
    ("torch.nn.modules.flatten.Flatten", Global::Module(ModuleKind::Nothing)),
    ("torch.nn.modules.dropout.Dropout", Global::Module(ModuleKind::Nothing)),
    ("torch.nn.modules.dropout.Dropout1d", Global::Module(ModuleKind::Nothing)),
    ("torch.nn.modules.dropout.AlphaDropout", Global::Module(ModuleKind::Nothing)),
    ("torch._utils._rebuild_parameter", Global::RebuildParameter),
    ("torch._utils._rebuild_tensor_v2", Global::RebuildTensor),
    ("torch.BoolStorage", Global::Storage(Dtype::U8)),
    ("torch.HalfStorage", Global::Storage(Dtype::F16)),
    ("torch.BFloat16Storage", Global::Storage(Dtype::Bf16)),
    ("torch.FloatStorage", Global::Storage(Dtype::F32)),
    ("torch.DoubleStorage", Global::Storage(Dtype::F64)),
    ("torch.IntStorage", Global::Storage(Dtype::I32)),
    ("torch.LongStorage", Global::Storage(Dtype::I64)),
];

/// No weight has more dimensions; without a bound many tensors could share one long shape.
const MAX_DIMENSIONS: usize = 8;

/// The largest number of refused names that are collected for the message.
const MAX_REFUSED: usize = 20;

/// What a pickle that is read here may say, for messages.
const IS_READ: &str = "A state dict is read: torch.save(model.state_dict(), ...), or save as .safetensors; \
     so is an nn.Sequential of Linear, BatchNorm1d, ReLU, ReLU6, LeakyReLU, PReLU, Hardtanh, Softshrink, Flatten, Dropout and Identity";

/// A pickle's values.
pub(crate) struct Pickle<'a> {
    values: Vec<Value<'a>>,
    root: Id,
}

impl<'a> Pickle<'a> {
    /// Reads a pickle of protocol 2 to 5.
    pub fn read(bytes: &'a [u8]) -> Result<Pickle<'a>, Wrong> {
        Pickle::read_first(bytes).map(|(pickle, _)| pickle)
    }

    /// Reads the first of several pickles, and gives what follows it.
    pub fn read_first(bytes: &'a [u8]) -> Result<(Pickle<'a>, &'a [u8]), Wrong> {
        let mut machine = Machine { rest: bytes, ..Machine::default() };
        let outcome = machine.run();
        // What the pickle wants to call is the thing to know, whatever else is wrong with it.
        if let Some(wrong) = machine.wants_to_call() {
            return Err(wrong);
        }
        let root = outcome.map_err(|why| {
            Wrong::one(format!("the pickle cannot be read at byte {}: {why}", bytes.len() - machine.rest.len()))
        })?;
        Ok((Pickle { values: machine.values, root }, machine.rest))
    }

    /// That the bytes are a pickle that wants to call something, if they are.
    pub fn wants_to_call(bytes: &[u8]) -> Option<Wrong> {
        let mut machine = Machine { rest: bytes, ..Machine::default() };
        // Where it stops does not matter.
        let _ = machine.run();
        machine.wants_to_call()
    }

    /// The value that the pickle stands for.
    pub fn root(&self) -> &Value<'a> {
        &self.values[self.root]
    }

    /// The index of the value that the pickle stands for.
    pub fn root_id(&self) -> Id {
        self.root
    }

    /// All values, in the order in which they were made.
    pub fn values(&self) -> impl Iterator<Item = &Value<'a>> {
        self.values.iter()
    }

    /// A part of another value.
    pub fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id]
    }
}

#[derive(Default)]
struct Machine<'a> {
    rest: &'a [u8],
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    /// A map, because keys may be sparse: a list could be made to fill the memory.
    memo: HashMap<u32, Id>,
    /// Names that are refused, quoted, each once.
    refused: Vec<String>,
}

type Step<T> = Result<T, String>;

impl<'a> Machine<'a> {
    fn wants_to_call(&self) -> Option<Wrong> {
        let names = self.refused.join(", ");
        (!names.is_empty()).then(|| Wrong::one(format!("the pickle wants to call {names}; refused. {IS_READ}")))
    }

    fn run(&mut self) -> Step<Id> {
        loop {
            let [opcode] = self.take()?;
            match opcode {
                b'.' => return self.pop(),
                // PROTO and FRAME say nothing that is needed.
                0x80 => self.take::<1>().map(drop)?,
                0x95 => self.take::<8>().map(drop)?,
                b'(' => self.marks.push(self.stack.len()),
                b'0' => self.pop().map(drop)?,
                b'1' => self.pop_mark().map(drop)?,
                b'2' => self.stack.push(*self.stack.last().ok_or("the stack is empty")?),
                b'N' => self.push(Value::None),
                0x88 | 0x89 => self.push(Value::Bool(opcode == 0x88)),
                b'J' => self.take().map(|bytes| self.push(Value::Int(i32::from_le_bytes(bytes).into())))?,
                b'K' => self.take::<1>().map(|[byte]| self.push(Value::Int(byte.into())))?,
                b'M' => self.take().map(|bytes| self.push(Value::Int(u16::from_le_bytes(bytes).into())))?,
                0x8a => self.long()?,
                b'G' => self.take().map(|bytes| self.push(Value::Float(f64::from_be_bytes(bytes))))?,
                b'X' => {
                    let length = u32::from_le_bytes(self.take()?) as usize;
                    self.text(length)?;
                }
                0x8c => {
                    let [length] = self.take()?;
                    self.text(length.into())?;
                }
                // Texts of Python 2, and bytes.
                b'U' => {
                    let [length] = self.take()?;
                    self.text(length.into())?;
                }
                b'T' => {
                    let length = u32::from_le_bytes(self.take()?) as usize;
                    self.text(length)?;
                }
                b'C' => {
                    let [length] = self.take()?;
                    self.bytes(length.into())?;
                }
                b'B' => {
                    let length = u32::from_le_bytes(self.take()?) as usize;
                    self.bytes(length)?;
                }
                b')' => self.push(Value::Tuple(Vec::new())),
                b't' => {
                    let items = self.pop_mark()?;
                    self.push(Value::Tuple(items));
                }
                0x85..=0x87 => {
                    let start = self.stack.len().checked_sub(usize::from(opcode - 0x84));
                    let items = self.stack.split_off(start.ok_or("the stack is empty")?);
                    self.push(Value::Tuple(items));
                }
                // Sets only occur in modules, where they are empty; a list will do.
                b']' | 0x8f => self.push(Value::List(Vec::new())),
                b'a' => {
                    let item = self.pop()?;
                    self.append(vec![item])?;
                }
                b'e' | 0x90 => {
                    let items = self.pop_mark()?;
                    self.append(items)?;
                }
                b'}' => self.push(Value::Dict(Vec::new())),
                b's' => {
                    let (value, key) = (self.pop()?, self.pop()?);
                    self.set_items(&[key, value])?;
                }
                b'u' => {
                    let items = self.pop_mark()?;
                    self.set_items(&items)?;
                }
                b'c' => {
                    let (module, name) = (self.line()?, self.line()?);
                    self.global(&module, &name);
                }
                0x93 => {
                    let (name, module) = (self.pop_text()?, self.pop_text()?);
                    self.global(module, name);
                }
                // INST: a global, called with what is above the mark.
                b'i' => {
                    let (module, name) = (self.line()?, self.line()?);
                    let arguments = self.pop_mark()?;
                    self.global(&module, &name);
                    self.push(Value::Tuple(arguments));
                    self.call()?;
                }
                b'R' | 0x81 => self.call()?,
                b'Q' => self.storage()?,
                // BUILD: attributes of an object; of an OrderedDict, PyTorch's `_metadata`.
                b'b' => {
                    let attributes = self.pop()?;
                    if let Value::Module { state, .. } = self.top()? {
                        *state = Some(attributes);
                    }
                }
                b'q' => self.take::<1>().map(|[key]| self.memoise(key.into()))??,
                b'r' => self.take().map(|key| self.memoise(u32::from_le_bytes(key)))??,
                0x94 => self.memoise(self.memo.len() as u32)?,
                b'h' => self.take::<1>().map(|[key]| self.recall(key.into()))??,
                b'j' => self.take().map(|key| self.recall(u32::from_le_bytes(key)))??,
                other => return Err(format!("opcode 0x{other:02x} is not one that torch.save writes")),
            }
        }
    }

    fn take<const N: usize>(&mut self) -> Step<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or("it is cut short")?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn text(&mut self, length: usize) -> Step<()> {
        let (text, rest) = self.rest.split_at_checked(length).ok_or("it is cut short")?;
        let text = std::str::from_utf8(text).map_err(|_| "a text is not UTF-8")?;
        self.rest = rest;
        self.push(Value::Text(text));
        Ok(())
    }

    fn line(&mut self) -> Step<String> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or("it is cut short")?;
        let line = String::from_utf8_lossy(&self.rest[..end]).into_owned();
        self.rest = &self.rest[end + 1..];
        Ok(line)
    }

    /// LONG1: a little-endian integer of the given number of bytes.
    fn long(&mut self) -> Step<()> {
        let [length] = self.take()?;
        let (bytes, rest) = self.rest.split_at_checked(length.into()).ok_or("it is cut short")?;
        self.rest = rest;
        let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut wide = [sign; 8];
        self.push(match wide.get_mut(..bytes.len()) {
            None => Value::Other,
            Some(low) => {
                low.copy_from_slice(bytes);
                Value::Int(i64::from_le_bytes(wide))
            }
        });
        Ok(())
    }

    /// Bytes, which nothing here needs.
    fn bytes(&mut self, length: usize) -> Step<()> {
        let (_, rest) = self.rest.split_at_checked(length).ok_or("it is cut short")?;
        self.rest = rest;
        self.push(Value::Other);
        Ok(())
    }

    fn push(&mut self, value: Value<'a>) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn pop(&mut self) -> Step<Id> {
        self.stack.pop().ok_or_else(|| "the stack is empty".into())
    }

    fn pop_mark(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len());
        Ok(self.stack.split_off(mark.ok_or("a mark is missing")?))
    }

    fn pop_text(&mut self) -> Step<&'a str> {
        let id = self.pop()?;
        match self.values[id] {
            Value::Text(text) => Ok(text),
            _ => Err("a global's name is not a text".into()),
        }
    }

    fn top(&mut self) -> Step<&mut Value<'a>> {
        let id = *self.stack.last().ok_or("the stack is empty")?;
        Ok(&mut self.values[id])
    }

    fn memoise(&mut self, key: u32) -> Step<()> {
        self.memo.insert(key, *self.stack.last().ok_or("the stack is empty")?);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Step<()> {
        self.stack.push(*self.memo.get(&key).ok_or("it recalls what it never stored")?);
        Ok(())
    }

    fn append(&mut self, more: Vec<Id>) -> Step<()> {
        match self.top()? {
            Value::List(items) => items.extend(more),
            Value::Refused => {}
            _ => return Err("something is appended to what is not a list".into()),
        }
        Ok(())
    }

    fn set_items(&mut self, keys_and_values: &[Id]) -> Step<()> {
        match self.top()? {
            Value::Dict(items) => items.extend(keys_and_values.chunks_exact(2).map(|pair| (pair[0], pair[1]))),
            Value::Refused => {}
            _ => return Err("an item is set in what is not a dict".into()),
        }
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) {
        let full = format!("{module}.{name}");
        if let Some((_, global)) = GLOBALS.iter().find(|(known, _)| *known == full) {
            return self.push(Value::Global(*global));
        }
        let shown = quoted(&full);
        if self.refused.len() < MAX_REFUSED && !self.refused.contains(&shown) {
            self.refused.push(shown);
        }
        self.push(Value::Refused);
    }

    /// REDUCE and NEWOBJ: what the global would build from its arguments.
    fn call(&mut self) -> Step<()> {
        let (arguments, callee) = (self.pop()?, self.pop()?);
        let global = match &self.values[callee] {
            Value::Global(global) => *global,
            Value::Refused => {
                self.push(Value::Refused);
                return Ok(());
            }
            _ => return Err("it calls what is not a function".into()),
        };
        let Value::Tuple(arguments) = &self.values[arguments] else {
            return Err("a function's arguments are not a tuple".into());
        };
        match (global, &arguments[..]) {
            (Global::OrderedDict, []) => self.push(Value::Dict(Vec::new())),
            // Of sets, those that modules have are not looked at; a size is its tuple.
            (Global::Set, []) => self.push(Value::List(Vec::new())),
            (Global::Set | Global::Size, [items]) => self.stack.push(*items),
            (Global::Module(kind), []) => self.push(Value::Module { kind, state: None }),
            (Global::RebuildParameter, [tensor, ..]) => self.stack.push(*tensor),
            (Global::RebuildTensor, [storage, offset, size, stride, ..]) => {
                let (Value::Storage { .. } | Value::Refused, Value::Int(offset), Some(size), Some(stride)) =
                    (&self.values[*storage], &self.values[*offset], self.ints(*size), self.ints(*stride))
                else {
                    return Err("a tensor is described in a way that torch.save does not".into());
                };
                let (storage, offset) = (*storage, *offset);
                self.push(Value::Tensor { storage, offset, size, stride });
            }
            _ => return Err(format!("{global:?} is called in a way that torch.save does not")),
        }
        Ok(())
    }

    fn ints(&self, tuple: Id) -> Option<Vec<i64>> {
        let Value::Tuple(items) = &self.values[tuple] else {
            return None;
        };
        if items.len() > MAX_DIMENSIONS {
            return None;
        }
        items.iter().map(|id| if let Value::Int(int) = self.values[*id] { Some(int) } else { None }).collect()
    }

    /// BINPERSID: `('storage', type, key, device, number of elements)`.
    fn storage(&mut self) -> Step<()> {
        let id = self.pop()?;
        let Value::Tuple(items) = &self.values[id] else {
            return Err("a persistent id is not a tuple".into());
        };
        let items: Vec<&Value> = items.iter().map(|id| &self.values[*id]).collect();
        let value = match items[..] {
            [Value::Text("storage"), Value::Global(Global::Storage(dtype)), Value::Text(key), ..] => {
                Value::Storage { dtype: *dtype, key }
            }
            // Before PyTorch 1.6 a module came with its source, which nobody needs.
            [Value::Text("module"), Value::Global(global), ..] => Value::Global(*global),
            [Value::Text("storage" | "module"), Value::Refused, ..] => Value::Refused,
            _ => return Err("a persistent id is not a storage".into()),
        };
        self.push(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        Pickle::read(bytes).err().unwrap().0.join("\n")
    }

    #[test]
    fn nothing_is_called() {
        let system = format!("the pickle wants to call `os.system`; refused. {IS_READ}");
        // Protocol 0, its INST, and protocol 4.
        assert_eq!(refused(b"cos\nsystem\n(S'echo hacked'\ntR."), system);
        assert_eq!(
            refused(b"(S'echo hacked'\nios\nsystem\n."),
            "the pickle cannot be read at byte 2: opcode 0x53 is not one that torch.save writes"
        );
        assert_eq!(refused(b"(X\x02\0\0\0hiios\nsystem\n."), system);
        assert_eq!(refused(b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02hi\x85R."), system);
        // All names are listed, though the first is refused already.
        assert!(refused(b"cos\nsystem\n)Rcbuiltins\neval\n)R0.").contains("`os.system`, `builtins.eval`"));
        assert!(refused(b"ctorch._utils\n_rebuild_tensor_v2\n(tR.").contains("in a way that torch.save does not"));
    }

    #[test]
    fn hostile_pickles_end() {
        assert_eq!(refused(b""), "the pickle cannot be read at byte 0: it is cut short");
        assert_eq!(refused(b"X\xff\xff\xff\xffhi"), "the pickle cannot be read at byte 5: it is cut short");
        assert_eq!(
            refused(b"j\xff\xff\xff\xff."),
            "the pickle cannot be read at byte 5: it recalls what it never stored"
        );
        // Deep nesting and a list that holds itself: read, and dropped again, without recursion.
        let mut deep = b")".to_vec();
        deep.extend(vec![0x85; 1_000_000]);
        deep.push(b'.');
        assert!(matches!(Pickle::read(&deep).ok().unwrap().root(), Value::Tuple(_)));
        assert!(matches!(Pickle::read(b"]q\x00h\x00a.").ok().unwrap().root(), Value::List(_)));
    }
}
