@echo off
chcp 65001 >nul
cd /d "%~dp0"
start "" /b cmd /c "timeout /t 5 /nobreak >nul & start http://localhost:8081"
syncd.exe office
pause
