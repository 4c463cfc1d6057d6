// React components of several libraries, for pages that have no build of their own.
import * as React from "react";
import { createRoot } from "react-dom/client";
import Autocomplete from "@mui/material/Autocomplete";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { DataGrid } from "@mui/x-data-grid";
import Select from "react-select";
import AsyncSelect from "react-select/async";

globalThis.widgets = { React, createRoot, Autocomplete, Button, MenuItem, Switch, TextField, DataGrid, Select, AsyncSelect };
