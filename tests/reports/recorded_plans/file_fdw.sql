-- why: a table that a program writes
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE far (id int, name text) SERVER files
    OPTIONS (program 'printf "1,a\n2,b\n3,c\n"', format 'csv');
